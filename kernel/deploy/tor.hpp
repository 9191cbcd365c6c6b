// Tor: a client whose SOCKS port leads to onion services, the one that runs here or one of our own.
#pragma once
#include <memory>
#include <string>
#include <thread>

#include "kernel/base/fd.hpp"
#include "kernel/base/result.hpp"

namespace fleetd::deploy {

class Tor {
 public:
  // A client that answers at 127.0.0.1:9050 is used. Otherwise `tor` is started with a socket at `socketPath`, in a
  // private directory, and waited for until it has found its way; `dataDirectory` makes that quicker the next time.
  // Empty: none is started. Error FL0883.
  static Result<std::unique_ptr<Tor>> open(const std::string& dataDirectory, const std::string& socketPath);
  Tor(const Tor&) = delete;
  Tor& operator=(const Tor&) = delete;
  ~Tor();  // ends one of our own

  const std::string& proxy() const { return proxy_; }  // as connectBySocks takes it

 private:
  struct Progress;
  Tor() = default;
  Result<void> start(const std::string& dataDirectory, const std::string& socketPath);

  std::string proxy_;
  base::UniqueFd stop_;
  std::shared_ptr<Progress> progress_;
  std::thread running_;
};

}  // namespace fleetd::deploy
