// Splitting of text columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mooring::model {

// The maximal runs of characters other than blanks.
inline std::vector<std::string_view> split_words(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::vector<std::string_view> words;
  std::size_t start = text.find_first_not_of(kBlanks);
  while (start != text.npos) {
    std::size_t end = text.find_first_of(kBlanks, start);
    words.push_back(text.substr(start, end - start));
    start = text.find_first_not_of(kBlanks, end == text.npos ? text.size() : end);
  }
  return words;
}

// A word as a message shows it: hostile rows can be long, messages aren't.
inline std::string shown(std::string_view word) {
  constexpr std::size_t kMost = 60;
  return word.size() <= kMost ? std::string(word) : std::string(word.substr(0, kMost)) + "...";
}

// The parts between separators, empty ones too.
inline std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (;;) {
    std::size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == text.npos) return parts;
    start = end + 1;
  }
}

}  // namespace mooring::model
