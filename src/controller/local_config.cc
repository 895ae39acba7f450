#include "controller/local_config.h"

#include <charconv>
#include <string_view>

#include "model/words.h"

namespace mooring::controller {
namespace {

// The value in force of a key that may be given for this chassis alone.
class Lookup {
 public:
  Lookup(const Map<std::string, std::string>& ids, const std::string& system_id)
      : ids_(ids), suffix_("-" + system_id) {}

  std::string get(const std::string& key, std::string fallback = "") const {
    auto it = ids_.find(key + suffix_);
    if (it == ids_.end()) it = ids_.find(key);
    return it == ids_.end() ? std::move(fallback) : it->second;
  }
  int number(const std::string& key, int fallback) const {
    std::string text = get(key);
    int value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool whole = error == std::errc() && end == text.data() + text.size();
    return whole && value >= 0 ? value : fallback;
  }
  std::vector<std::string> list(const std::string& key) const {
    std::vector<std::string> out;
    std::string text = get(key);
    for (std::string_view part : model::split(text, ',')) {
      if (!part.empty()) out.emplace_back(part);
    }
    return out;
  }

 private:
  const Map<std::string, std::string>& ids_;
  std::string suffix_;
};

std::string joined(const std::string& a, const std::string& b) {
  return a.empty() ? b : b.empty() || a == b ? a : a + "," + b;
}

}  // namespace

LocalConfig LocalConfig::from(const Map<std::string, std::string>& external_ids,
                              const std::string& own_system_id, const std::string& own_hostname) {
  LocalConfig out;
  out.system_id = own_system_id.empty()
                      ? value_or(external_ids, std::string("system-id"), std::string())
                      : own_system_id;
  Lookup ids(external_ids, out.system_id);
  out.hostname = ids.get("hostname", own_hostname);
  out.remote = ids.get("ovn-remote");
  out.bridge = ids.get("ovn-bridge", "br-int");
  out.bridge_datapath_type = ids.get("ovn-bridge-datapath-type");
  out.encap_types = ids.list("ovn-encap-type");
  out.encap_ips = ids.list("ovn-encap-ip");
  out.cms_options = ids.get("ovn-cms-options");
  out.mappings_text = joined(ids.get("ovn-bridge-mappings"), ids.get("bridge_mappings"));
  out.mappings = model::BridgeMappings::parse(out.mappings_text);
  out.probe_interval_ms = ids.number("ovn-remote-probe-interval", 5000);
  out.garp_max_timeout_s = ids.number("garp-max-timeout-sec", 0);
  return out;
}

}  // namespace mooring::controller
