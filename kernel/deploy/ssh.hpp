// Ssh: the OpenSSH client, with one shared connection a host, kept and ended by fleetd.
#pragma once
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "kernel/base/result.hpp"
#include "kernel/deploy/address.hpp"
#include "kernel/deploy/tor.hpp"
#include "kernel/process/left_behind.hpp"
#include "kernel/process/secret.hpp"
#include "kernel/process/spawn.hpp"

namespace fleetd::deploy {

// Stands on a line of its own behind a password, so that who reads can tell whether the password was taken.
inline constexpr char kInputMark[] = "FLEETD-INPUT";

struct SshSettings {
  std::string config;        // a file used instead of the user's and the system's ssh_config; empty: those
  std::string hostKeyCheck;  // "strict", "accept-new", "none", or "" for what the configuration says
  std::string knownHosts;    // lines of known_hosts that the fleet knows, beside those of the configuration
  std::string torDirectory;  // where a Tor client that has to be started keeps its data; empty: none is started
};

// Thread: any; several at once.
class Ssh {
 public:
  // Makes a private directory for sockets and configurations. Error FL0003.
  static Result<Ssh> open(SshSettings settings);
  Ssh(Ssh&&) noexcept = default;
  Ssh& operator=(Ssh&&) = delete;
  ~Ssh();  // ends the shared connections and removes the directory

  struct Call {
    std::string command;  // for the login shell of the user there
    std::string input;
    int inputFd = -1;                                    // read instead of `input`; stays the caller's
    std::shared_ptr<const process::Secret> secret = {};  // the first line of the input, followed by kInputMark
    std::chrono::milliseconds timeout{std::chrono::seconds(60)};
    bool fresh = false;  // over a new connection, to prove that one can still be made
    int stopFd = -1;     // ends it early, see process::Command
  };
  // What the command said. A failure of ssh itself (status 255) is an error: FL0815 to FL0817.
  Result<process::Finished> run(const Address& address, const Call& call);

  // From now on an interrupt at the terminal reaches none of the programs it starts.
  void shield() { shared_->shielded.store(true); }

  // Whether a command can be run there. Errors: as run().
  Result<void> answers(const Address& address, int stopFd = -1);

  // The address that ssh's configuration makes of the host's name; the name itself when ssh does not tell.
  std::string hostName(const Address& address);

  // For programs that start ssh by themselves: "-F /run/user/1000/fleetd-x/3". Holds no blanks.
  Result<std::string> options(const Address& address);
  // `ssh` with everything but the command, for a session with a terminal.
  Result<std::vector<std::string>> interactive(const Address& address);

 private:
  Ssh() = default;
  Result<std::string> configFor(const Address& address);
  Result<std::string> configText(const Address& address);
  Result<std::string> proxyCommand();

  struct Shared {
    std::mutex mutex;
    std::map<std::string, std::string> files;  // by address with its options
    std::atomic<bool> shielded{false};
    std::mutex torMutex;
    std::optional<Result<std::unique_ptr<Tor>>> tor;  // once somebody needed it
  };
  std::string directory_;
  process::RemovedOnInterrupt removed_;
  SshSettings settings_;
  std::unique_ptr<Shared> shared_;
};

// What went wrong, from what ssh printed.
Error sshFailure(const Address& address, const process::Finished& finished);

}  // namespace fleetd::deploy
