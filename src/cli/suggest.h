// "Did you mean ...?": the known words nearest to one that isn't known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mooring::cli {

// How many single-character insertions, deletions and replacements, and swaps of neighbours, lead
// from one word to the other (case ignored).
std::size_t edit_distance(std::string_view from, std::string_view to);

// At most three of `known` that are near `word` or that it abbreviates, nearest first.
std::vector<std::string> similar(std::string_view word, const std::vector<std::string>& known);

// "; did you mean a or b?" of those, "" when nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace mooring::cli
