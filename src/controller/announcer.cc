#include "controller/announcer.h"

#include <algorithm>
#include <utility>

#include "controller/announcement_frames.h"
#include "openflow/actions.h"
#include "openflow/field.h"

namespace mooring::controller {
namespace {

constexpr std::chrono::seconds kLast{16};

}  // namespace

Announcer::Announcer(io::Loop& loop, const Clock& clock, Outputs& outputs, Send send)
    : clock_(clock), outputs_(outputs), send_(std::move(send)), timer_(loop) {}

void Announcer::set_max_interval(int seconds) {
  std::chrono::seconds fresh(seconds);
  if (fresh == max_interval_) return;
  max_interval_ = fresh;
  restart();
}

void Announcer::restart() { courses_.clear(); }

void Announcer::update(const std::set<std::string>& installed) {
  std::map<std::string, Course> courses;
  outputs_.announcements.for_each([&](const std::string& port, const auto& elements) {
    if (!installed.contains(port)) return;
    std::vector<Announcement> wanted(elements.begin(), elements.end());
    auto it = courses_.find(port);
    if (it != courses_.end() && it->second.announcements == wanted) {
      courses.insert(courses_.extract(it));
      return;
    }
    Course course;
    course.announcements = std::move(wanted);
    course.begin = clock_.now();
    courses.emplace(port, std::move(course));
  });
  courses_ = std::move(courses);
  run();
}

void Announcer::run() {
  auto now = clock_.now();
  for (auto& [port, course] : courses_) {
    if (course.finished || course.begin + course.due > now) continue;
    for (const Announcement& announcement : course.announcements) announce(announcement);
    bool endless = max_interval_ > kLast;
    course.finished = !endless && course.due >= kLast;
    auto interval = std::max(course.due, std::chrono::seconds(1));
    course.due += endless ? std::min(interval, max_interval_) : interval;
  }
  schedule();
}

void Announcer::schedule() {
  auto first = std::chrono::steady_clock::time_point::max();
  for (const auto& [port, course] : courses_) {
    if (!course.finished) first = std::min(first, course.begin + course.due);
  }
  if (first == std::chrono::steady_clock::time_point::max()) return timer_.cancel();
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(first - clock_.now());
  timer_.start(std::max(wait, std::chrono::milliseconds(0)), [this] { run(); });
}

void Announcer::announce(const Announcement& announcement) {
  openflow::Actions actions;
  if (announcement.tag) {
    actions.push_vlan(announcement.ethertype).set_vlan_vid(*announcement.tag);
  }
  actions.output(announcement.uplink_ofport);
  for (std::string& frame : announcement_frames(announcement)) {
    openflow::PacketOut out;
    out.match.in_port(openflow::port::kController);
    out.actions = actions;
    out.packet = std::move(frame);
    send_(out);
    ++sent_;
  }
}

}  // namespace mooring::controller
