# How every target of the project is built, and which way dependencies point.

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

# What `./dev` builds by name: the programs, what ctest runs, and what `./dev bench` and `./dev fuzz` run.
add_custom_target(programs)
add_custom_target(unit_tests)
add_custom_target(benchmarks)
add_custom_target(fuzzers)

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)

add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor
                    -Wold-style-cast -Woverloaded-virtual -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 takes members of std::variant's and std::optional's other alternatives for unset (GCC bug
  # 80635); Clang's and the sanitizers' view of the same code is sound.
  add_compile_options(-Wno-maybe-uninitialized)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wno-gnu-zero-variadic-macro-arguments)
endif()
if(MOORING_SANITIZE)
  add_compile_options(-fsanitize=${MOORING_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MOORING_SANITIZE})
endif()
# Clang's checks for null references and for the dynamic type make objects half as large again; what
# they find, ASan finds as well, a moment later.
if(MOORING_SANITIZE MATCHES "undefined")
  add_compile_options(-fno-sanitize=null,vptr)
endif()

# The libraries that fuzzers watch as they read. Counting everywhere would double the build.
set(MOORING_FUZZED base jsonrpc store ovsdb openflow expr)
set(MOORING_COUNTED -fsanitize=fuzzer-no-link)

# A library's sources are compiled eight at a time where MOORING_UNITY is on: the templates that they share
# are then instantiated once, which makes a build from nothing several times shorter and that of one
# changed file somewhat longer. So helpers in anonymous namespaces have names of their own within a
# library; where they don't, the library says APART.
function(mooring_unity target apart)
  if(MOORING_UNITY AND NOT apart)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

# The order of the house: a library may use only those that stand before it.
set(MOORING_LAYERS base io jsonrpc store engine ovsdb openflow expr model daemon northd controller cli)

# mooring_library(NAME [APART] SOURCES a.cc b.cc [DEPS lib ...] [PRIVATE_DEPS external ...] [PUBLIC_DEPS external ...])
#
# Defines the static library mooring_NAME from sources of the calling directory. DEPS are other
# libraries of the project by their short names; one that doesn't stand before NAME in
# MOORING_LAYERS stops the configuration, so the direction of dependencies can't rot.
function(mooring_library name)
  cmake_parse_arguments(ARG "APART" "" "SOURCES;DEPS;PRIVATE_DEPS;PUBLIC_DEPS" ${ARGN})
  list(FIND MOORING_LAYERS ${name} own)
  if(own EQUAL -1)
    message(FATAL_ERROR "${name} has no place in MOORING_LAYERS")
  endif()
  add_library(mooring_${name} STATIC ${ARG_SOURCES})
  mooring_unity(mooring_${name} ${ARG_APART})
  if(MOORING_FUZZ AND ${name} IN_LIST MOORING_FUZZED)
    target_compile_options(mooring_${name} PRIVATE ${MOORING_COUNTED})
  endif()
  target_include_directories(mooring_${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/gen)
  foreach(dep ${ARG_DEPS})
    list(FIND MOORING_LAYERS ${dep} place)
    if(place EQUAL -1 OR place GREATER_EQUAL own)
      message(FATAL_ERROR "${name} must not depend on ${dep}: see MOORING_LAYERS")
    endif()
    target_link_libraries(mooring_${name} PUBLIC mooring_${dep})
  endforeach()
  target_link_libraries(mooring_${name} PRIVATE ${ARG_PRIVATE_DEPS} PUBLIC ${ARG_PUBLIC_DEPS})
endfunction()

# mooring_program(NAME SOURCES main.cc [DEPS lib ...]): one of the programs that users run.
function(mooring_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  foreach(dep ${ARG_DEPS})
    target_link_libraries(${name} PRIVATE mooring_${dep})
  endforeach()
  target_compile_definitions(${name} PRIVATE MOORING_VERSION="${PROJECT_VERSION}")
  add_dependencies(programs ${name})
endfunction()

# mooring_benchmark(NAME SOURCES x_bench.cc [LIBRARIES target ...]): a Google Benchmark program.
function(mooring_benchmark name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LIBRARIES" ${ARGN})
  find_package(benchmark REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES} benchmark::benchmark)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
  add_dependencies(benchmarks ${name})
endfunction()

# mooring_test(NAME [APART] SOURCES a_test.cc ... [DEPS lib ...]): a GoogleTest program run by ctest.
function(mooring_test name)
  cmake_parse_arguments(ARG "APART" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${ARG_SOURCES})
  mooring_unity(${name} ${ARG_APART})
  foreach(dep ${ARG_DEPS})
    target_link_libraries(${name} PRIVATE mooring_${dep})
  endforeach()
  target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock GTest::gtest_main ${ARG_PRIVATE_DEPS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_dependencies(unit_tests ${name})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300
    ENVIRONMENT "MOORING_SOURCE_DIR=${CMAKE_SOURCE_DIR};MOORING_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction()

# mooring_fuzzer(NAME SOURCES x_fuzz.cc [DEPS lib ...]): a libFuzzer program; corpus in fuzz/corpus/NAME.
function(mooring_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  foreach(dep ${ARG_DEPS})
    target_link_libraries(${name} PRIVATE mooring_${dep})
  endforeach()
  target_compile_options(${name} PRIVATE ${MOORING_COUNTED})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzzers ${name})
endfunction()

# mooring_rows(SCHEMA schema/nb.ovsschema COLUMNS nb.columns NAMESPACE mooring::northd::nb
#              HEADER northd/nb.h)
#
# Generates typed rows at build time for the tables and columns that one program uses: the header
# ${CMAKE_BINARY_DIR}/gen/HEADER and a source beside it. They are the library rows_<HEADER with _
# for / and .>, which those that include the header name in PUBLIC_DEPS: rows_northd_nb_h here.
function(mooring_rows)
  cmake_parse_arguments(ARG "" "SCHEMA;COLUMNS;NAMESPACE;HEADER" "" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/gen/${ARG_HEADER})
  string(REGEX REPLACE "[.]h$" ".cc" source ${out})
  set(columns ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_COLUMNS})
  get_filename_component(schema ${ARG_SCHEMA} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
  add_custom_command(
    OUTPUT ${out} ${source}
    COMMAND /usr/bin/python3 ${CMAKE_SOURCE_DIR}/tools/ovsdb_rows.py
            --schema ${schema} --columns ${columns} --namespace ${ARG_NAMESPACE} --output ${out}
    DEPENDS ${CMAKE_SOURCE_DIR}/tools/ovsdb_rows.py ${schema} ${columns}
    VERBATIM)
  string(REGEX REPLACE "[/.]" "_" id ${ARG_HEADER})
  add_library(rows_${id} STATIC ${source} ${out})
  target_link_libraries(rows_${id} PUBLIC mooring_ovsdb)
endfunction()
