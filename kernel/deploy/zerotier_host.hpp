// Controller: the local API of a ZeroTier daemon on a host, asked over ssh.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/activation.hpp"
#include "kernel/deploy/ssh.hpp"

namespace fleetd::deploy::zerotier {

struct Request {
  std::string method = "GET";
  std::string path;  // "/status"
  std::string body;  // JSON; empty: none
};

struct Answer {
  int status = 0;  // HTTP's
  std::string body;
};

struct Said {
  std::vector<Answer> answers;  // in the order of the requests
  std::vector<std::string> pongs;
  bool collision = false;  // the daemon once gave up its identity because another node had its address
};

// What zerotier.sh prints about `count` requests. Errors: FL0871 what the host lacks, FL0872 no answer, FL0873 the
// token is refused, FL0874 nonsense.
Result<Said> readSaid(std::string_view output, std::size_t count);

// Thread: any, one at a time.
class Controller {
 public:
  Controller(Ssh& ssh, Address address, ActivationSettings rights)
      : ssh_(ssh), address_(std::move(address)), rights_(std::move(rights)) {}

  // All requests in one call of ssh; what comes behind a request without an answer is not sent. Errors: those of
  // readSaid and of Ssh::run.
  Result<Said> ask(const std::vector<Request>& requests);
  // Sends an echo to each address from the host; Said::pongs are those that answered.
  Result<Said> reach(const std::vector<std::string>& addresses);
  const Address& address() const { return address_; }

 private:
  Result<Said> run(const std::string& lines, std::size_t count, std::size_t seconds);

  Ssh& ssh_;
  Address address_;
  ActivationSettings rights_;
};

}  // namespace fleetd::deploy::zerotier
