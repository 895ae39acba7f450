#include "controller/conditions.h"

#include "controller/sb.h"
#include "model/stage.h"
#include "ovsdb/condition.h"

namespace mooring::controller {

void set_conditions(ovsdb::Client& client, const Outputs& outputs, const std::string& system_id) {
  using ovsdb::Condition;
  auto ports = Condition::none();
  auto datapaths = Condition::none();
  auto uplinks = Condition::none();
  auto chassis = Condition::none();
  auto sets = Condition::none();
  auto pipeline = Condition::none();
  pipeline.equals(sb::Pipeline::Columns::kind, std::string(model::kSwitchProgram));
  auto meters = Condition::none();
  auto bands = Condition::none();
  outputs.wanted.for_each([&](const Wanted& wanted, const auto&) {
    switch (wanted.kind) {
      case Wanted::Kind::kPortNamed:
        ports.equals(sb::PortBinding::Columns::logical_port, wanted.name);
        break;
      case Wanted::Kind::kPortsOnChassis:
        ports.equals(sb::PortBinding::Columns::chassis, store::Ref<sb::Chassis>{wanted.uuid});
        break;
      case Wanted::Kind::kDatapath:
        datapaths.row(wanted.uuid);
        uplinks.equals(sb::Uplink::Columns::datapath, store::Ref<sb::DatapathBinding>{wanted.uuid});
        pipeline.equals(sb::Pipeline::Columns::datapath,
                        store::Ref<sb::DatapathBinding>{wanted.uuid});
        break;
      case Wanted::Kind::kPortGroup:
        pipeline.equals(sb::Pipeline::Columns::port_group, wanted.name);
        break;
      case Wanted::Kind::kAddressSet:
        sets.equals(sb::AddressSet::Columns::name, wanted.name);
        break;
      case Wanted::Kind::kChassis:
        chassis.row(wanted.uuid);
        break;
      case Wanted::Kind::kMeterNamed:
        meters.equals(sb::Meter::Columns::name, wanted.name);
        break;
      case Wanted::Kind::kMeterBand:
        bands.row(wanted.uuid);
        break;
    }
  });
  chassis.equals(sb::Chassis::Columns::name, system_id);
  client.set_condition<sb::PortBinding>(std::move(ports));
  client.set_condition<sb::DatapathBinding>(std::move(datapaths));
  client.set_condition<sb::Uplink>(std::move(uplinks));
  client.set_condition<sb::Chassis>(std::move(chassis));
  client.set_condition<sb::Meter>(std::move(meters));
  client.set_condition<sb::MeterBand>(std::move(bands));
  client.set_condition<sb::ChassisPrivate>(
      Condition::none().equals(sb::ChassisPrivate::Columns::name, system_id));
  client.set_condition<sb::Encap>(
      Condition::none().equals(sb::Encap::Columns::chassis_name, system_id));
  client.set_condition<sb::ChassisDiagnostic>(
      Condition::none().equals(sb::ChassisDiagnostic::Columns::chassis_name, system_id));
  client.set_condition<sb::ACLStats>(
      Condition::none().equals(sb::ACLStats::Columns::chassis_name, system_id));
  client.set_condition<sb::Pipeline>(std::move(pipeline));
  client.set_condition<sb::AddressSet>(std::move(sets));
}

}  // namespace mooring::controller
