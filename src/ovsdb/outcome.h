// Reading what the server answered to "transact" (RFC 7047 section 4.1.3).
#pragma once

#include <cstddef>
#include <vector>

#include "jsonrpc/json.h"
#include "ovsdb/transaction.h"

namespace mooring::ovsdb {

// kept: the places in `transaction` of the operations that were sent, as to_params gave them.
TransactionOutcome read_outcome(const Transaction& transaction,
                                const std::vector<std::size_t>& kept, json::Value result,
                                json::Value error);

// The outcome of a transaction whose answer never came, or that couldn't be sent.
TransactionOutcome lost_outcome(std::string message);

}  // namespace mooring::ovsdb
