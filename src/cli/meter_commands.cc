// Meters: meter-add, meter-del, meter-list.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "cli/command.h"
#include "cli/number.h"
#include "cli/suggest.h"

namespace mooring::cli {
namespace {

constexpr std::string_view kMeter = "Meter";
constexpr std::string_view kBand = "Meter_Band";
constexpr std::int64_t kMaxRate = 4294967295;

struct MeterRequest {
  std::int64_t rate = 0;
  std::string unit;
  std::int64_t burst = 0;
};

Result<MeterRequest> read_meter(const Invocation& invocation) {
  const auto& arguments = invocation.arguments;
  if (arguments[0].empty()) return fail("a meter needs a name");
  if (arguments[0].starts_with("__")) {
    return fail("names of meters that begin with \"__\" are the implementation's");
  }
  if (arguments[1] != "drop") {
    return fail(fmt::format("action \"{}\": the only one is drop", arguments[1]));
  }
  MeterRequest request;
  auto rate = parse_number("rate", arguments[2], 1, kMaxRate);
  if (!rate) return tl::unexpected(rate.error());
  request.rate = *rate;
  request.unit = arguments[3];
  if (request.unit != "kbps" && request.unit != "pktps") {
    return fail(fmt::format("unit \"{}\": known are kbps and pktps", request.unit));
  }
  if (arguments.size() < 5) return request;
  auto burst = parse_number("burst", arguments[4], 0, kMaxRate);
  if (!burst) return tl::unexpected(burst.error());
  request.burst = *burst;
  return request;
}

Result<RowId> insert_band(Draft& draft, const MeterRequest& request) {
  const RowId band = draft.insert(kBand);
  auto done = draft.set(band, "action", "drop");
  if (done) done = draft.set(band, "rate", datum_of(request.rate));
  if (done) done = draft.set(band, "burst_size", datum_of(request.burst));
  if (!done) return tl::unexpected(done.error());
  return band;
}

Result<void> meter_add(Context& context, const Invocation& invocation, Output&) {
  auto request = read_meter(invocation);
  if (!request) return tl::unexpected(request.error());
  const std::string& name = invocation.arguments[0];
  const auto present = context.nb.with_text(kMeter, "name", name);
  if (!present.empty() && !invocation.has("may-exist")) {
    return fail(fmt::format("a meter \"{}\" exists already (--may-exist would change it)", name));
  }
  if (present.empty()) context.nb.expect_none(kMeter, "name", name);
  const RowId meter = present.empty() ? context.nb.insert(kMeter) : present.front();
  auto band = insert_band(context.nb, *request);
  if (!band) return tl::unexpected(band.error());
  auto done = context.nb.set(meter, "name", name);
  if (done) done = context.nb.set(meter, "unit", request->unit);
  if (done) done = context.nb.set(meter, "bands", datum_of(band->uuid));
  if (done && invocation.has("fair")) done = context.nb.set_boolean(meter, "fair", true);
  return done;
}

Result<void> meter_del(Context& context, const Invocation& invocation, Output& output) {
  if (invocation.arguments.empty()) {
    for (const RowId& meter : context.nb.rows(kMeter)) context.nb.erase(meter);
    return {};
  }
  const std::string& name = invocation.arguments[0];
  const auto meters = context.nb.with_text(kMeter, "name", name);
  for (const RowId& meter : meters) context.nb.erase(meter);
  if (!meters.empty()) return {};
  std::vector<std::string> names;
  for (const RowId& meter : context.nb.rows(kMeter))
    names.push_back(context.nb.text(meter, "name"));
  output.warnings.push_back(
      fmt::format("there is no meter \"{}\"{}", name, did_you_mean(name, names)));
  return {};
}

std::string band_text(const Draft& draft, const RowId& band, std::string_view unit) {
  std::string out =
      fmt::format("  {}: {} {}", draft.text(band, "action"), draft.integer(band, "rate"), unit);
  if (const auto burst = draft.integer(band, "burst_size")) {
    out += fmt::format(", {} {} burst", burst, unit == "kbps" ? "kb" : "packet");
  }
  return out;
}

std::string meter_text(const Draft& draft, const RowId& meter) {
  std::vector<std::tuple<std::int64_t, std::int64_t, RowId>> bands;
  for (const RowId& band : draft.references(meter, "bands", kBand)) {
    bands.emplace_back(draft.integer(band, "rate"), draft.integer(band, "burst_size"), band);
  }
  std::sort(bands.begin(), bands.end());
  const bool fair = draft.optional_boolean(meter, "fair").value_or(false);
  std::string out = fmt::format("{}:{} bands:\n", draft.text(meter, "name"), fair ? " (fair)" : "");
  const std::string unit = draft.text(meter, "unit");
  for (const auto& [rate, burst, band] : bands) out += band_text(draft, band, unit);
  return out + "\n";
}

Result<void> meter_list(Context& context, const Invocation&, Output& output) {
  std::vector<std::pair<std::string, RowId>> meters;
  for (const RowId& meter : context.nb.rows(kMeter)) {
    meters.emplace_back(context.nb.text(meter, "name"), meter);
  }
  std::sort(meters.begin(), meters.end());
  for (const auto& [name, meter] : meters) output.text += meter_text(context.nb, meter);
  return {};
}

}  // namespace

std::vector<Command> meter_commands() {
  const std::vector<std::string_view> tables{kMeter, kBand};
  return {
      {.name = "meter-add",
       .arguments = "METER drop RATE UNIT [BURST]",
       .min_arguments = 4,
       .max_arguments = 5,
       .options = {"fair", "may-exist"},
       .tables = tables,
       .summary =
           "create a meter that drops what exceeds RATE, in UNIT kbps or pktps; --fair: each "
           "user of it has the rate to itself",
       .run = meter_add},
      {.name = "meter-del",
       .arguments = "[METER]",
       .max_arguments = 1,
       .tables = tables,
       .summary = "delete a meter, or all",
       .run = meter_del},
      {.name = "meter-list", .tables = tables, .summary = "print all meters", .run = meter_list},
  };
}

}  // namespace mooring::cli
