// Scenario files: what an operator does, and what shall then stand in the databases.
// tests/northd/README.md describes the lines.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "northd/testing/world.h"

namespace mooring::northd::testing {

class Scenario {
 public:
  // failed(line, message) is called for everything that isn't as the file says.
  using Failed = std::function<void(std::size_t line, const std::string& message)>;
  explicit Scenario(Failed failed) : failed_(std::move(failed)) {}

  void run(std::string_view text);

 private:
  using Words = std::vector<std::string>;
  struct Line {
    std::size_t number = 0;
    Words words;
  };
  // A column, or a key of one, and what it is compared with or set to.
  struct Assignment {
    std::string column;
    std::string key;  // of a map; "" for the whole column
    char kind = '=';  // '=', '!' for !=, '~' for "has in its text"
    std::string value;
  };

  static std::vector<Line> parse(std::string_view text);
  static Words split(std::string_view line);
  static Assignment parse_assignment(const std::string& word);

  void statement(const std::vector<Line>& block);
  void change(FakeDatabase& database, const std::vector<Line>& lines);
  void operate(FakeDatabase& database, ovsdb::Transaction& transaction, const Words& words);
  void assign(FakeDatabase& database, ovsdb::Transaction& transaction, const std::string& table,
              const Uuid& row, const std::string& word);
  Uuid row_named(FakeDatabase& database, const std::string& table, const std::string& name);
  void refuse(const Words& words);

  void settle();
  void expect(const Words& words);
  void expect_rows(FakeDatabase& database, const std::string& table, const Words& conditions,
                   std::size_t wanted);
  bool matches(FakeDatabase& database, const std::string& table, const Uuid& uuid,
               const ovsdb::DynamicRow& row, const Assignment& condition);
  FakeDatabase& database(const std::string& word);
  void fail(const std::string& message) { failed_(line_, message); }

  Failed failed_;
  World world_;
  ovsdb::Symbols symbols_;
  std::size_t line_ = 0;
  bool changed_ = true;  // since the last settle()
  bool refusing_ = false;
  World::Settled settled_;
};

}  // namespace mooring::northd::testing
