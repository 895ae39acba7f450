#include "cli/match_check.h"

#include <fmt/format.h>

#include "cli/suggest.h"
#include "expr/lexer.h"
#include "expr/parser.h"

namespace mooring::cli {
namespace {

std::string indented(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    out += fmt::format("\n  {}", lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return out;
}

std::vector<std::string> names_in(const Draft& draft, std::string_view table) {
  std::vector<std::string> out;
  for (const RowId& row : draft.rows(table)) out.push_back(draft.text(row, "name"));
  return out;
}

bool is_group(const Draft& draft, std::string_view name) {
  return !draft.with_text(kPortGroup, "name", name).empty();
}

bool is_set(const Draft& draft, std::string_view name) {
  if (!draft.with_text(kAddressSet, "name", name).empty()) return true;
  const bool derived = name.ends_with("_ip4") || name.ends_with("_ip6");
  return derived && is_group(draft, name.substr(0, name.size() - 4));
}

std::vector<std::string> set_names(const Draft& draft) {
  std::vector<std::string> out = names_in(draft, kAddressSet);
  for (const std::string& group : names_in(draft, kPortGroup)) {
    out.push_back(group + "_ip4");
    out.push_back(group + "_ip6");
  }
  return out;
}

}  // namespace

Result<expr::Expr> check_match(std::string_view text) {
  if (text.find_first_not_of(" \t\n") == std::string_view::npos) {
    return fail("match: it is empty; 1 matches every packet");
  }
  auto parsed = expr::parse(text);
  if (parsed) return std::move(*parsed);
  return fail(fmt::format("match: {}{}", parsed.error().error().message,
                          indented(parsed.error().caret(text))));
}

std::vector<std::string> unknown_names(const Draft& draft, const expr::Expr& match) {
  std::vector<std::string> out;
  const expr::References names = expr::references(match);
  const auto complain = [&](char sign, std::string_view what, const std::string& name,
                            const std::vector<std::string>& known) {
    out.push_back(
        fmt::format("match: there is no {} \"{}\", so {}{} matches nothing until there is{}", what,
                    name, sign, name, did_you_mean(name, known)));
  };
  for (const std::string& name : names.port_groups) {
    if (!is_group(draft, name)) complain('@', "port group", name, names_in(draft, kPortGroup));
  }
  for (const std::string& name : names.address_sets) {
    if (!is_set(draft, name)) complain('$', "address set", name, set_names(draft));
  }
  return out;
}

bool is_match_name(std::string_view name) {
  const std::string text = fmt::format("@{}", name);
  expr::Lexer lexer(text);
  const expr::Token token = lexer.take();
  return token.kind == expr::TokenKind::kPortGroup && token.text == name &&
         lexer.peek().kind == expr::TokenKind::kEnd;
}

}  // namespace mooring::cli
