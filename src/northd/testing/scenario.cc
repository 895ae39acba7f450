#include "northd/testing/scenario.h"

#include <fmt/core.h>

#include <stdexcept>

#include "jsonrpc/writer.h"

namespace mooring::northd::testing {
namespace {

using ovsdb::Atom;
using ovsdb::ColumnType;
using ovsdb::Datum;

std::string json_of(const ColumnType& type, const Datum& datum) {
  std::string out;
  json::Writer writer(out);
  datum.to_json(type, writer);
  return out;
}

Datum parse_value(const ColumnType& type, const std::string& text, ovsdb::Symbols& symbols) {
  auto datum = Datum::from_text(type, text, &symbols);
  if (!datum) throw std::runtime_error(datum.error().message);
  return *datum;
}

ColumnType without_limits(ColumnType type) {
  type.min = 0;
  type.max = ColumnType::kUnlimited;
  return type;
}

std::string require(const std::vector<std::string>& words, std::size_t i) {
  if (i >= words.size()) throw std::runtime_error("the line is too short");
  return words[i];
}

}  // namespace

Scenario::Words Scenario::split(std::string_view line) {
  Words out;
  std::string word;
  int depth = 0;
  bool quoted = false;
  for (char c : line) {
    if (c == '#' && !quoted && word.empty()) break;
    if (c == '"') quoted = !quoted;
    if (!quoted && (c == '{' || c == '[')) ++depth;
    if (!quoted && (c == '}' || c == ']')) --depth;
    if (c == ' ' && !quoted && depth == 0) {
      if (!word.empty()) out.push_back(std::exchange(word, {}));
    } else {
      word += c;
    }
  }
  if (!word.empty()) out.push_back(word);
  return out;
}

std::vector<Scenario::Line> Scenario::parse(std::string_view text) {
  std::vector<Line> out;
  std::size_t number = 0;
  while (!text.empty()) {
    std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    ++number;
    Words words = split(line);
    if (words.empty()) continue;
    if (line.front() == ' ') words.insert(words.begin(), "");  // part of the block above
    out.push_back({number, std::move(words)});
  }
  return out;
}

Scenario::Assignment Scenario::parse_assignment(const std::string& word) {
  std::size_t at = word.find_first_of("=!~");
  if (at == word.npos) throw std::runtime_error("expected COLUMN=VALUE, found " + word);
  Assignment out;
  out.kind = word[at];
  out.column = word.substr(0, at);
  out.value = word.substr(at + (out.kind == '!' ? 2 : 1));
  std::size_t colon = out.column.find(':');
  if (colon != out.column.npos) {
    out.key = out.column.substr(colon + 1);
    out.column.resize(colon);
  }
  return out;
}

void Scenario::run(std::string_view text) {
  std::vector<Line> lines = parse(text);
  for (std::size_t i = 0; i < lines.size();) {
    std::vector<Line> block{lines[i++]};
    while (i < lines.size() && lines[i].words.front().empty()) block.push_back(lines[i++]);
    line_ = block.front().number;
    try {
      statement(block);
    } catch (const std::exception& error) {
      fail(error.what());
      return;
    }
  }
}

void Scenario::statement(const std::vector<Line>& block) {
  const Words& words = block.front().words;
  const std::string& verb = words.front();
  if (verb == "nb:" || verb == "sb:") {
    return change(database(verb.substr(0, 2)), {block.begin() + 1, block.end()});
  }
  if (block.size() > 1) throw std::runtime_error("an indented line belongs below nb: or sb:");
  if (verb == "nb" || verb == "sb") return change(database(verb), {block.front()});
  if (verb == "time") {
    world_.clock.ms += std::stol(require(words, 1));
  } else if (verb == "refuse" || verb == "accept") {
    refuse(words);
  } else if (verb == "expect") {
    settle();
    expect({words.begin() + 1, words.end()});
  } else {
    throw std::runtime_error("unknown statement " + verb);
  }
}

FakeDatabase& Scenario::database(const std::string& word) {
  if (word == "nb") return world_.nb;
  if (word == "sb") return world_.sb;
  throw std::runtime_error("expected nb or sb, found " + word);
}

void Scenario::change(FakeDatabase& database, const std::vector<Line>& lines) {
  ovsdb::Transaction transaction;
  std::vector<std::pair<std::string, Uuid>> named;
  for (const Line& line :
       lines) {  // rows first, so that lines may refer to each other in any order
    const Words& w = line.words;
    if (require(w, 1) != "insert" || w.size() < 4 || w[3].front() != '@') continue;
    symbols_[w[3].substr(1)] = transaction.insert_row(w[2]);
    named.emplace_back(w[3].substr(1), symbols_[w[3].substr(1)]);
  }
  for (const Line& line : lines) {
    line_ = line.number;
    operate(database, transaction, {line.words.begin() + 1, line.words.end()});
  }
  auto outcome = database.transact(transaction);
  changed_ = true;
  if (!outcome) throw std::runtime_error("the change is refused: " + outcome.error().message);
  for (const auto& [name, placeholder] : named) symbols_[name] = outcome->uuid_of(placeholder);
}

void Scenario::operate(FakeDatabase& database, ovsdb::Transaction& transaction,
                       const Words& words) {
  std::string verb = require(words, 0);
  std::string table = require(words, 1);
  std::size_t next = 2;
  Uuid row;
  if (verb == "insert") {
    bool named = words.size() > 2 && words[2].front() == '@';
    row = named ? symbols_.at(words[next++].substr(1)) : transaction.insert_row(table);
  } else {
    row = row_named(database, table, require(words, next++));
  }
  if (verb == "delete") return transaction.remove_row(table, row);
  if (verb == "add" || verb == "remove") {
    std::string column = require(words, next);
    ColumnType type = without_limits(database.type_of(table, column));
    if (verb == "remove") type.value.reset();
    Datum value = parse_value(type, require(words, next + 1), symbols_);
    return transaction.mutate(table, row, column, verb == "add" ? "insert" : "delete",
                              json_of(type, value));
  }
  if (verb != "insert" && verb != "set") throw std::runtime_error("unknown change " + verb);
  for (; next < words.size(); ++next) assign(database, transaction, table, row, words[next]);
}

void Scenario::assign(FakeDatabase& database, ovsdb::Transaction& transaction,
                      const std::string& table, const Uuid& row, const std::string& word) {
  Assignment a = parse_assignment(word);
  const ColumnType& type = database.type_of(table, a.column);
  if (a.key.empty()) {
    return transaction.set_column(table, row, a.column,
                                  json_of(type, parse_value(type, a.value, symbols_)));
  }
  ColumnType keys = without_limits(type);
  keys.value.reset();
  transaction.mutate(table, row, a.column, "delete",
                     json_of(keys, parse_value(keys, a.key, symbols_)));
  std::string pair = fmt::format("{{{}={}}}", a.key, a.value);
  transaction.mutate(table, row, a.column, "insert",
                     json_of(type, parse_value(type, pair, symbols_)));
}

Uuid Scenario::row_named(FakeDatabase& database, const std::string& table,
                         const std::string& name) {
  if (name.front() == '@') {
    auto it = symbols_.find(name.substr(1));
    if (it == symbols_.end()) throw std::runtime_error("nothing is called " + name);
    return it->second;
  }
  const char* column =
      database.schema().tables.at(table).find("name") != nullptr ? "name" : "logical_port";
  for (const auto& [uuid, row] : database.table(table)) {
    auto it = row.find(column);
    if (it != row.end() && it->second == Datum::of(Atom{name})) return uuid;
  }
  throw std::runtime_error(fmt::format("{} has no row {}", table, name));
}

void Scenario::refuse(const Words& words) {
  FakeDatabase& target = database(require(words, 1));
  if (words.front() == "accept") {
    target.refuse = nullptr;
    world_.reconciler.southbound().release_rejected();
    world_.reconciler.northbound().release_rejected();
    changed_ = true;
    return;
  }
  refusing_ = true;
  std::string tag = "constraint violation";
  target.refuse = [tag, text = require(words, 2)](std::string_view transaction) {
    return transaction.find(text) == transaction.npos ? std::nullopt : std::optional(tag);
  };
}

void Scenario::settle() {
  if (!std::exchange(changed_, false)) return;
  settled_ = world_.settle();
  if (refusing_) return;
  for (const std::string& words : world_.differences_from_scratch()) {
    fail("derived from scratch, this came out otherwise: " + words);
  }
  if (auto text = world_.first_transaction_of_another()) fail("a restart would write " + *text);
}

void Scenario::expect(const Words& words) {
  std::string first = require(words, 0);
  if (first == "runs") {
    if (require(words, 1) != "<=") throw std::runtime_error("expected runs <= NUMBER");
    std::size_t limit = std::stoul(require(words, 2));
    if (settled_.runs > limit) fail(fmt::format("{} derivations ran", settled_.runs));
    return;
  }
  if (first == "nothing") {
    if (settled_.sb_transactions + settled_.nb_transactions > 0) {
      fail(fmt::format("{} transactions to the southbound and {} to the northbound database",
                       settled_.sb_transactions, settled_.nb_transactions));
    }
    return;
  }
  std::size_t wanted = 1;
  std::size_t next = 0;
  if (first == "no") {
    wanted = 0;
    ++next;
  } else if (first.find_first_not_of("0123456789") == first.npos) {
    wanted = std::stoul(first);
    ++next;
  }
  std::string where = require(words, next++);
  Words conditions(words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
  if (where == "diagnostic") {
    if (!conditions.empty()) conditions.front() = "code=" + conditions.front();
    return expect_rows(world_.nb, "Diagnostic", conditions, wanted);
  }
  std::string table = require(conditions, 0);
  conditions.erase(conditions.begin());
  expect_rows(database(where), table, conditions, wanted);
}

void Scenario::expect_rows(FakeDatabase& database, const std::string& table,
                           const Words& conditions, std::size_t wanted) {
  std::size_t found = 0;
  std::string symbol;
  std::string near;
  for (const auto& [uuid, row] : database.table(table)) {
    bool match = true;
    for (const std::string& word : conditions) {
      if (word.front() == '@') {
        symbol = word.substr(1);
      } else {
        match = match && matches(database, table, uuid, row, parse_assignment(word));
      }
    }
    for (const auto& [column, datum] : row) {
      const ColumnType& type = database.type_of(table, column);
      if (datum != Datum::initial(type)) near += fmt::format(" {}={}", column, datum.to_text(type));
    }
    near += "\n";
    if (!match) continue;
    ++found;
    if (!symbol.empty()) symbols_[symbol] = uuid;
  }
  if (found == wanted) return;
  fail(fmt::format("{} rows of {} match, not {}; the table has\n{}", found, table, wanted, near));
}

bool Scenario::matches(FakeDatabase& database, const std::string& table, const Uuid& uuid,
                       const ovsdb::DynamicRow& row, const Assignment& condition) {
  const ColumnType& type = database.type_of(table, condition.column);
  Datum own = condition.column == "_uuid" ? Datum::of(Atom{uuid}) : row.at(condition.column);
  if (!condition.key.empty()) {
    auto place = own.find(Atom{condition.key});
    bool there = place != Datum::npos;
    std::string value = there ? std::get<std::string>(own.values[place].value) : "";
    if (condition.kind == '~') return value.find(condition.value) != value.npos;
    return (there && value == condition.value) == (condition.kind == '=');
  }
  if (condition.kind == '~') {
    std::string text = condition.value;
    if (text.size() > 1 && text.front() == '"') text = text.substr(1, text.size() - 2);
    return own.to_text(type).find(text) != std::string::npos;
  }
  bool equal = own == parse_value(type, condition.value, symbols_);
  return equal == (condition.kind == '=');
}

}  // namespace mooring::northd::testing
