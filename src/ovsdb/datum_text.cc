// The text form of values, as ovs-vsctl(8) has it under "Database Values".
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "ovsdb/codec.h"
#include "ovsdb/datum.h"
#include "ovsdb/schema.h"

namespace mooring::ovsdb {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_bare(const std::string& text) {
  if (text.empty() || !is_letter(text[0]) || text == "true" || text == "false") return false;
  if (Uuid::parse(text)) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '.'; });
}

std::string real_text(double value) {
  std::array<char, 32> buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

// A word of the text, and whether it stood in quotes, where it can only be a string.
struct Word {
  std::string text;
  bool quoted = false;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_spaces();
    return at_ == text_.size();
  }
  bool take(char c) {
    skip_spaces();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string rest() const { return std::string(text_.substr(at_, 40)); }

  Result<Word> word() {
    skip_spaces();
    if (at_ < text_.size() && text_[at_] == '"') return quoted();
    std::size_t begin = at_;
    while (at_ < text_.size() && !is_delimiter(text_[at_])) ++at_;
    if (begin == at_) {
      return fail(at_ == text_.size() ? "a value is missing at the end of \"" + whole() + "\""
                                      : "unexpected '" + std::string(1, text_[at_]) + "' in \"" +
                                            whole() + "\"; put strings with it in double quotes");
    }
    return Word{std::string(text_.substr(begin, at_ - begin)), false};
  }

 private:
  static bool is_delimiter(char c) {
    return std::string_view(" \t\n,=[]{}\"").find(c) != std::string_view::npos;
  }
  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) {
      ++at_;
    }
  }
  std::string whole() const { return std::string(text_.substr(0, 200)); }

  Result<Word> quoted() {
    std::size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    if (at_ >= text_.size()) return fail("a double quote isn't closed in \"" + whole() + "\"");
    ++at_;
    json::Parser parser;
    auto value = parser.parse(text_.substr(begin, at_ - begin));
    if (!value) {
      return fail(std::string(text_.substr(begin, at_ - begin)) + " isn't a string as JSON has it");
    }
    return Word{std::string(value->string().value_or("")), true};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

template <class T>
std::optional<T> number(const std::string& text) {
  T out{};
  const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
  const char* end = text.data() + text.size();
  auto [stop, error] = std::from_chars(begin, end, out);
  if (error != std::errc() || stop != end) return std::nullopt;
  return out;
}

Result<Atom> uuid_atom(const std::string& text, Symbols* symbols) {
  if (auto uuid = Uuid::parse(text)) return Atom{*uuid};
  if (symbols != nullptr && text.size() > 1 && text[0] == '@') {
    auto [place, fresh] = symbols->try_emplace(text.substr(1), Uuid());
    if (fresh) place->second = make_placeholder();
    return Atom{place->second};
  }
  return fail("\"" + text + "\" isn't a UUID" + (symbols ? " or a name of the form @name" : ""));
}

Result<Atom> parse_atom(const BaseType& type, const Word& word, Symbols* symbols) {
  const std::string& text = word.text;
  if (word.quoted && type.type != AtomType::kString) {
    return fail("a string in quotes where the type is " + std::string(to_string(type.type)));
  }
  switch (type.type) {
    case AtomType::kInteger:
      if (auto value = number<std::int64_t>(text)) return Atom{*value};
      return fail("\"" + text + "\" isn't an integer");
    case AtomType::kReal:
      if (auto value = number<double>(text); value && std::isfinite(*value)) return Atom{*value};
      return fail("\"" + text + "\" isn't a number");
    case AtomType::kBoolean:
      for (std::string_view yes : {"true", "yes", "on", "1"})
        if (text == yes) return Atom{true};
      for (std::string_view no : {"false", "no", "off", "0"})
        if (text == no) return Atom{false};
      return fail("\"" + text + "\" isn't a boolean: use true or false");
    case AtomType::kUuid:
      return uuid_atom(text, symbols);
    case AtomType::kString:
      break;
  }
  if (text.find('\0') != text.npos) return fail("a string can't contain a null byte");
  return Atom{text};
}

Result<Atom> checked_atom(const BaseType& type, const Word& word, Symbols* symbols) {
  auto atom = parse_atom(type, word, symbols);
  if (!atom) return atom;
  if (auto ok = check(type, *atom); !ok) return tl::unexpected(ok.error());
  return atom;
}

Result<Atom> next_atom(Reader& reader, const BaseType& type, Symbols* symbols) {
  auto word = reader.word();
  if (!word) return tl::unexpected(word.error());
  return checked_atom(type, *word, symbols);
}

Result<void> next_entry(Reader& reader, const ColumnType& type, Symbols* symbols, Datum& out) {
  auto key = next_atom(reader, type.key, symbols);
  if (!key) return tl::unexpected(key.error());
  bool twice = out.contains(*key);
  std::string name = key->to_text();
  if (type.is_map()) {
    if (!reader.take('=')) return fail("a map needs key=value; there is no '=' after " + name);
    auto value = next_atom(reader, *type.value, symbols);
    if (!value) return tl::unexpected(value.error());
    out.put(std::move(*key), std::move(*value));
  } else {
    out.put(std::move(*key));
  }
  if (twice) return fail(name + " appears twice");
  return {};
}

// Whether the text is one bare string as a whole.
bool is_one_string(const ColumnType& type, std::string_view text) {
  return !type.is_map() && type.max == 1 && type.key.type == AtomType::kString && !text.empty() &&
         text[0] != '[' && text[0] != '"';
}

}  // namespace

std::string Atom::to_text() const {
  if (auto* text = std::get_if<std::string>(&value)) {
    return is_bare(*text) ? *text : json::quoted(*text);
  }
  if (auto* uuid = std::get_if<Uuid>(&value)) {
    return is_placeholder(*uuid) ? "@" + placeholder_name(*uuid) : uuid->to_string();
  }
  if (auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (auto* real = std::get_if<double>(&value)) return real_text(*real);
  return std::to_string(std::get<std::int64_t>(value));
}

Result<Atom> Atom::from_text(const BaseType& type, std::string_view text, Symbols* symbols) {
  if (type.type == AtomType::kString && !text.starts_with('"')) {
    return checked_atom(type, Word{std::string(text), false}, symbols);
  }
  Reader reader(text);
  auto atom = next_atom(reader, type, symbols);
  if (atom && !reader.at_end()) return fail("one value is wanted: \"" + std::string(text) + "\"");
  return atom;
}

Result<Datum> Datum::from_text(const ColumnType& type, std::string_view text, Symbols* symbols) {
  if (is_one_string(type, text)) {
    auto atom = Atom::from_text(type.key, text, symbols);
    if (!atom) return tl::unexpected(atom.error());
    return Datum::of(std::move(*atom));
  }
  Datum out;
  Reader reader(text);
  char closing = type.is_map() ? '}' : ']';
  bool bracket = reader.take(type.is_map() ? '{' : '[');
  while (!reader.at_end()) {
    if (bracket && reader.take(closing)) {
      bracket = false;
      if (!reader.at_end()) return fail("unexpected \"" + reader.rest() + "\" after the bracket");
      break;
    }
    if (auto ok = next_entry(reader, type, symbols, out); !ok) return tl::unexpected(ok.error());
    reader.take(',');
  }
  if (bracket) return fail(std::string("a '") + closing + "' is missing at the end");
  if (auto ok = check(type, out); !ok) return tl::unexpected(ok.error());
  return out;
}

std::string Datum::to_text(const ColumnType& type) const {
  if (!type.is_map() && type.max == 1 && keys.size() == 1) return keys[0].to_text();
  std::string out(1, type.is_map() ? '{' : '[');
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0) out += ", ";
    out += keys[i].to_text();
    if (type.is_map()) out += "=" + values[i].to_text();
  }
  return out + (type.is_map() ? '}' : ']');
}

}  // namespace mooring::ovsdb
