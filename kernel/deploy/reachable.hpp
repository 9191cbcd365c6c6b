// Which of several addresses answers.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/address.hpp"

namespace fleetd::deploy {

enum class Answer : unsigned char { Yes, No, NotAsked };

struct Reached {
  std::optional<std::size_t> best;              // index of the address to use
  std::vector<Answer> answers;                  // of each
  std::vector<std::string> reasons;             // why one did not answer: "Connection refused"
  std::vector<std::chrono::milliseconds> took;  // until there was an answer; zero without one
};

// Asks what only ssh can reach; ends early once the descriptor can be read from. Thread: any.
using AskBySsh = std::function<Result<void>(const Address& address, int stopFd)>;

struct Pace {
  std::chrono::milliseconds stagger{100};       // until the next one is asked as well
  std::chrono::milliseconds grace{300};         // how long a better one may keep a worse one that answers waiting
  std::chrono::milliseconds limit{4000};        // no answer for so long is none
  std::chrono::milliseconds staggerBySsh{500};  // the same for what only ssh can reach, which takes longer
  std::chrono::milliseconds graceBySsh{3000};
  std::chrono::milliseconds limitBySsh{15'000};
  std::chrono::milliseconds limitByTor{120'000};  // a client may have to be started
};

// Asks the addresses one after another, the better ones first and the next as soon as the one before has failed or
// hesitates. A server must greet as ssh does. Without `ask`, an address that only ssh can reach is taken when nothing
// before it answers. Tor is asked once all others have failed. Thread: any.
Reached firstReachable(const std::vector<Address>& addresses, const AskBySsh& ask = {}, const Pace& pace = {});

}  // namespace fleetd::deploy
