#include "northd/binding_contents.h"

#include "model/fingerprint.h"
#include "model/lsp_address.h"
#include "northd/options.h"
#include "northd/ports.h"

namespace mooring::northd {
namespace {

// What `addresses` says that a chassis can read; its author was told of the rest.
Set<std::string> readable(const Set<std::string>& addresses) {
  using Kind = model::AddressEntry::Kind;
  Set<std::string> out;
  for (const std::string& text : addresses) {
    auto entry = model::AddressEntry::parse(text);
    if (entry && (entry->kind == Kind::kAddress || entry->kind == Kind::kUnknown)) out.insert(text);
  }
  return out;
}

// As ovn-sb(5) has it: a copy of the port's own, with the name that Neutron gave as "name".
Words with_name(Words external_ids) {
  if (auto name = option(external_ids, "neutron:port_name"); !name.empty()) {
    std::string value(name);
    external_ids["name"] = std::move(value);
  }
  return external_ids;
}

}  // namespace

// Every column that copy_contents() uses.
Uuid contents_of(const nb::LogicalSwitchPort::View& port) {
  model::Fingerprint out;
  out.add(port.type()).add_words(port.addresses()).add_words(port.port_security());
  out.add_pairs(port.options()).add_pairs(port.external_ids()).add(port.parent_name().value_or(""));
  out.add(wanted_tag(port).value_or(0)).add(port.enabled() ? *port.enabled() + 1 : 0);
  return out.value();
}

void copy_contents(const nb::LogicalSwitchPort::View& port, sb::PortBinding& row) {
  row.type = port.type();
  row.mac = readable(port.addresses());
  row.port_security = port.port_security();
  row.options = port.options();
  row.claimable = port.type().empty() && option(port.options(), "requested-chassis").empty();
  row.external_ids = with_name(port.external_ids());
  if (!port.parent_name().value_or("").empty()) row.parent_port = port.parent_name();
  row.tag = wanted_tag(port);
  row.enabled = port.enabled();
}

}  // namespace mooring::northd
