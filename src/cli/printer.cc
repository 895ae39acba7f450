#include "cli/printer.h"

namespace mooring::cli {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// ovn-nbctl(8), --oneline.
std::string on_one_line(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\') {
      out += "\\\\";
    } else {
      out += c;
    }
  }
  return out + "\n";
}

}  // namespace

std::string printed(const std::vector<Output>& outputs, const Options& options,
                    const std::map<Uuid, Uuid>& uuids) {
  std::string out;
  bool table_before = false;
  for (const Output& output : outputs) {
    for (const Table& table : output.tables) {
      if (table_before) out += '\n';
      table_before = true;
      out += format_table(table, options.format.value_or(TableFormat::kList), options.style);
    }
    const bool has_text = output.tables.empty();
    if (has_text) out += options.oneline ? on_one_line(output.text) : output.text;
  }
  for (const auto& [placeholder, uuid] : uuids) {
    out = replaced(std::move(out), placeholder.to_string(), uuid.to_string());
  }
  return out;
}

}  // namespace mooring::cli
