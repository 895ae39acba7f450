// For tests that repeat something at random: how often.
#pragma once

namespace mooring {

// Instrumented code runs so many times slower that random tests do that many fewer rounds.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int kTestSlowdown = 10;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr int kTestSlowdown = 10;
#else
inline constexpr int kTestSlowdown = 1;
#endif
#else
inline constexpr int kTestSlowdown = 1;
#endif

}  // namespace mooring
