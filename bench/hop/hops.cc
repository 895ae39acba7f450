// The time that a change takes through bare database servers and a switch, with no daemon between.
//
// Reads a script from standard input, a line for each step:
//
//   connect NAME PATH      a JSON-RPC connection (RFC 7047) to a unix socket
//   switch PATH            an OpenFlow 1.5 connection to a unix socket
//   send NAME TEXT         TEXT as it is
//   await NAME TEXT        reads until TEXT has come
//   barrier                an OpenFlow barrier request, until its reply
//   turn                   what follows, up to the next of these, is timed
//
// Prints the microseconds of each turn, a line each. Exit status 1 with a message when anything
// fails or nothing comes for 10 s.

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

class Stream {
 public:
  explicit Stream(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) throw std::runtime_error("long path " + path);
    std::memcpy(address.sun_path, path.data(), path.size());
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("can't connect to " + path + ": " + std::strerror(errno));
    }
  }
  ~Stream() { ::close(fd_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Takes in what comes meanwhile: a server that can't get rid of its answers doesn't read on.
  void send(std::string_view data, std::string& received) {
    while (!data.empty()) {
      const short events = wait(POLLIN | POLLOUT);
      if (events & ~POLLOUT) receive_some(received);
      if (!(events & POLLOUT)) continue;
      const ssize_t sent = ::send(fd_, data.data(), data.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0 && errno == EAGAIN) continue;
      if (sent <= 0) throw std::runtime_error("can't send: " + std::string(std::strerror(errno)));
      data.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  // Appends what comes next.
  void receive(std::string& to) {
    wait(POLLIN);
    receive_some(to);
  }

 private:
  short wait(short events) {
    pollfd ready{fd_, events, 0};
    if (::poll(&ready, 1, 10'000) != 1) throw std::runtime_error("nothing has come for 10 s");
    return ready.revents;
  }
  void receive_some(std::string& to) {
    char chunk[1 << 16];
    const ssize_t got = ::recv(fd_, chunk, sizeof chunk, 0);
    if (got <= 0) throw std::runtime_error("the connection was closed");
    to.append(chunk, static_cast<std::size_t>(got));
  }

  int fd_;
};

class Database {
 public:
  explicit Database(const std::string& path) : stream_(path) {}
  void send(std::string_view text) { stream_.send(text, pending_); }
  // Takes whole messages: a server with something left to send to a client doesn't serve it.
  void await(std::string_view text) {
    while (true) {
      while (complete()) {
        const std::string message = pending_.substr(0, scanned_);
        pending_.erase(0, scanned_);
        scanned_ = 0;
        if (message.find("\"error\":{") != std::string::npos) {
          throw std::runtime_error("the server says " + message.substr(0, 1000));
        }
        if (message.find(text) != std::string::npos) return;
      }
      stream_.receive(pending_);
    }
  }

 private:
  // Scans on; whether what has been scanned is one JSON object.
  bool complete() {
    while (scanned_ < pending_.size()) {
      const char c = pending_[scanned_++];
      if (in_string_) {
        if (c == '\\' && !escaped_) {
          escaped_ = true;
          continue;
        }
        in_string_ = escaped_ || c != '"';
        escaped_ = false;
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{') {
        ++depth_;
      } else if (c == '}' && --depth_ == 0) {
        return true;
      }
    }
    return false;
  }

  Stream stream_;
  std::string pending_;
  std::size_t scanned_ = 0;
  int depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

// OpenFlow switch protocol 1.5.1, section 7.1: version, type, length, transaction.
class Switch {
 public:
  explicit Switch(const std::string& path) : stream_(path) {
    request(kHello);
    await(kHello, 0);
  }
  void barrier() {
    const std::uint32_t xid = request(kBarrierRequest);
    await(kBarrierReply, xid);
  }

 private:
  static constexpr std::uint8_t kVersion = 6, kHello = 0, kEchoRequest = 2, kEchoReply = 3,
                                kBarrierRequest = 20, kBarrierReply = 21;
  static constexpr std::size_t kHeader = 8;

  std::uint32_t request(std::uint8_t type) {
    const std::uint32_t xid = ++last_xid_;
    send(type, xid);
    return xid;
  }
  void send(std::uint8_t type, std::uint32_t xid) {
    char header[kHeader] = {kVersion, static_cast<char>(type), 0, kHeader};
    const std::uint32_t wire = htonl(xid);
    std::memcpy(header + 4, &wire, sizeof wire);
    stream_.send({header, kHeader}, pending_);
  }
  // xid 0 for any.
  void await(std::uint8_t wanted, std::uint32_t wanted_xid) {
    while (true) {
      while (pending_.size() < kHeader || pending_.size() < length()) stream_.receive(pending_);
      const auto type = static_cast<std::uint8_t>(pending_[1]);
      std::uint32_t xid;
      std::memcpy(&xid, pending_.data() + 4, sizeof xid);
      xid = ntohl(xid);
      pending_.erase(0, length());
      if (type == kEchoRequest) send(kEchoReply, xid);
      if (type == wanted && (wanted_xid == 0 || xid == wanted_xid)) return;
    }
  }
  std::size_t length() const {
    return static_cast<std::size_t>(static_cast<std::uint8_t>(pending_[2])) << 8 |
           static_cast<std::uint8_t>(pending_[3]);
  }

  Stream stream_;
  std::string pending_;
  std::uint32_t last_xid_ = 0;
};

struct Step {
  std::string verb;
  std::string name;
  std::string text;
};

Step parse(const std::string& line) {
  Step out;
  std::istringstream words(line);
  words >> out.verb;
  if (out.verb != "barrier") words >> out.name;
  std::getline(words >> std::ws, out.text);
  return out;
}

class Script {
 public:
  // The whole script is read before its first step is taken.
  void run(std::istream& in) {
    std::vector<Step> steps;
    for (std::string line; std::getline(in, line);) {
      if (!line.empty()) steps.push_back(parse(line));
    }
    steps.push_back({"turn", "", ""});
    bool timed = false;
    Clock::time_point start;
    for (const Step& step : steps) {
      if (step.verb != "turn") {
        attempt(step);
        continue;
      }
      using std::chrono::microseconds;
      const auto took = std::chrono::duration_cast<microseconds>(Clock::now() - start);
      if (timed) std::cout << took.count() << "\n";
      timed = true;
      start = Clock::now();
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  void attempt(const Step& step) {
    try {
      take(step);
    } catch (const std::exception& error) {
      throw std::runtime_error(step.verb + " " + step.name + " " + step.text + ": " + error.what());
    }
  }
  void take(const Step& step) {
    if (step.verb == "connect") {
      databases_[step.name] = std::make_unique<Database>(step.text);
    } else if (step.verb == "switch") {
      switch_ = std::make_unique<Switch>(step.name);
    } else if (step.verb == "send") {
      databases_.at(step.name)->send(step.text);
    } else if (step.verb == "await") {
      databases_.at(step.name)->await(step.text);
    } else if (step.verb == "barrier" && switch_) {
      switch_->barrier();
    } else {
      throw std::runtime_error("what is " + step.verb + "?");
    }
  }

  std::map<std::string, std::unique_ptr<Database>> databases_;
  std::unique_ptr<Switch> switch_;
};

}  // namespace

int main() {
  try {
    Script().run(std::cin);
  } catch (const std::exception& error) {
    std::cerr << "hops: " << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
