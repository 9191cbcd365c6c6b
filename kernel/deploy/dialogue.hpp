// Dialogue: what is said to one activation on a host, over old and new connections.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "kernel/base/clock.hpp"
#include "kernel/base/result.hpp"
#include "kernel/deploy/activation.hpp"
#include "kernel/deploy/ssh.hpp"

namespace fleetd::deploy {

struct Answer {
  std::string state;  // its first word: "WAITING"
  std::string why;    // the rest of the line
  std::string log;

  bool isEnd() const {
    return state == "DONE" || state == "RETURNED" || state == "FAILED" || state == "STUCK" || state == "ARMED";
  }
};

// References are kept.
class Dialogue {
 public:
  Dialogue(Ssh& ssh, const Address& address, const std::string& klass, const std::string& id,
           const ActivationSettings& settings);

  Result<Answer> start(const Order& order);
  Result<Answer> able();  // to come back by itself after a boot
  Result<Answer> await(bool fresh);
  Result<Answer> confirm();
  Result<Answer> abort();
  Result<process::Finished> check(const std::string& command);  // over a new connection
  std::string bootId();  // which start of the host this is; empty while it does not answer

 private:
  Ssh::Call root(const std::string& command) const;
  Result<Answer> ask(std::string_view verb, bool fresh);
  Result<Answer> say(const std::string& command, std::string input, bool fresh, std::chrono::milliseconds timeout);

  Ssh& ssh_;
  const Address& address_;
  std::string directory_, id_;
  const ActivationSettings& settings_;
  bool home_;
};

enum class Until : std::uint8_t {
  Asked,  // it waits for somebody, or has ended
  Ended,
  Back,          // as Asked; the host is booting, and knows of nothing until it has
  BackAndEnded,  // as Ended; the host may boot meanwhile
};
// Asks until then, over connections old and new, for as long as the host may take. One that does not boot and says
// nothing for `silence` has decided by itself by then; it is not waited for any longer.
std::optional<Answer> awaited(Dialogue& dialogue, const base::Deadline& deadline, std::chrono::seconds silence,
                              Until until);

}  // namespace fleetd::deploy
