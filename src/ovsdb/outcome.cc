#include "ovsdb/outcome.h"

#include "ovsdb/codec.h"

namespace mooring::ovsdb {
namespace {

tl::unexpected<TransactionError> refuse(TransactionError error) {
  return tl::unexpected<TransactionError>(std::move(error));
}

TransactionError error_of(json::Value value) {
  TransactionError out;
  json::Value tag = value.is_object() ? value["error"] : value;
  out.tag = tag.string() ? std::string(*tag.string()) : tag.dump();
  out.message = out.tag;
  auto details = value["details"].string();
  if (details && !details->empty()) out.message.append(": ").append(*details);
  return out;
}

}  // namespace

TransactionOutcome read_outcome(const Transaction& transaction,
                                const std::vector<std::size_t>& kept, json::Value result,
                                json::Value error) {
  if (!error.is_null()) return refuse(error_of(error));
  if (!result.is_array())
    return refuse({{"the server's answer isn't one to a transaction"}, "", {}});
  TransactionResult out;
  out.operations.resize(transaction.size());
  std::size_t i = 0;
  for (json::Value element : result.elements()) {
    bool is_operation = i < kept.size();
    if (!element["error"].is_null()) {
      TransactionError failed = error_of(element);
      if (is_operation) {
        failed.operation = kept[i];
        failed.message += " (" + transaction.describe(kept[i]) + ")";
      }
      return refuse(std::move(failed));
    }
    if (!is_operation) break;
    auto& operation = out.operations[kept[i]];
    operation.count = element["count"].integer().value_or(0);
    Uuid uuid;
    if (decode(element["uuid"], uuid)) operation.inserted = uuid;
    if (transaction.is_raw(kept[i])) operation.text = element.dump();
    ++i;
  }
  if (i < kept.size()) return refuse({{"the server answered too few operations"}, "", {}});
  for (const auto& [place, placeholder] : transaction.insertions()) {
    if (auto inserted = out.operations[place].inserted) out.uuids[placeholder] = *inserted;
  }
  return out;
}

TransactionOutcome lost_outcome(std::string message) {
  TransactionError error;
  error.message = std::move(message);
  error.lost = true;
  return refuse(std::move(error));
}

}  // namespace mooring::ovsdb
