// This chassis' own rows of the southbound database: Chassis, its Encaps, and Chassis_Private.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/containers.h"
#include "controller/local_config.h"
#include "controller/ovs.h"
#include "controller/sb.h"
#include "ovsdb/transaction.h"

namespace mooring::controller {

struct WantedChassis {
  std::string name;
  std::string hostname;
  std::vector<std::pair<std::string, std::string>> encaps;  // type and IP, sorted
  // Written to other_config and, for CMSs that look there, external_ids.
  Map<std::string, std::string> config;
  friend bool operator==(const WantedChassis&, const WantedChassis&) = default;
};

// datapath_type: of the integration bridge, as ovs-vswitchd runs it.
WantedChassis wanted_chassis(const LocalConfig& config, const ovs::OpenVSwitch& local,
                             const std::string& datapath_type);

// Adds to txn what makes the database say so. Keys of other_config and external_ids that aren't in
// wanted.config are others' and stay. Without an encap nothing is written: the schema wants one.
void write_chassis(const sb::Database& database, const WantedChassis& wanted,
                   ovsdb::Transaction& txn);

}  // namespace mooring::controller
