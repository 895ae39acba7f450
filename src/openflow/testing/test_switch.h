// A real ovsdb-server and ovs-vswitchd with dummy devices, in a directory of their own, for tests.
#pragma once

#include <string>
#include <vector>

namespace mooring::openflow {

// Standard output and error of a program; code is its exit status.
struct Output {
  int code = 0;
  std::string text;
};
// directory is where the tools of Open vSwitch look for sockets.
Output run_program(const std::vector<std::string>& command, const std::string& directory = "/tmp");

class TestSwitch {
 public:
  // One bridge, br0, that drops what no flow matches, with dummy ports p1 to p<ports> (OpenFlow
  // numbers 1 to ports). Throws std::runtime_error when Open vSwitch isn't there or doesn't start.
  explicit TestSwitch(unsigned ports);
  ~TestSwitch();
  TestSwitch(const TestSwitch&) = delete;
  TestSwitch& operator=(const TestSwitch&) = delete;

  // "unix:.../br0.mgmt"
  std::string remote() const;
  Output run(const std::vector<std::string>& command) const {
    return run_program(command, directory_);
  }
  // ovs-ofctl -O OpenFlow15 --no-names with these words before the bridge's address.
  Output ofctl(std::vector<std::string> before, const std::vector<std::string>& after = {}) const;
  Output vsctl(const std::vector<std::string>& words) const;
  Output appctl(const std::vector<std::string>& words) const;
  // Lines of ovs-ofctl dump-flows without statistics, leading blanks off.
  std::vector<std::string> flow_lines() const;

  // Ends ovs-vswitchd (SIGKILL) and starts it anew.
  void kill_vswitchd();
  void start_vswitchd();
  const std::string& directory() const { return directory_; }

 private:
  int spawn(const std::vector<std::string>& command) const;

  std::string directory_;
  int ovsdb_ = -1;
  int vswitchd_ = -1;
};

}  // namespace mooring::openflow
