// Keys of colmena (`deployment.keys`): files that are sent to a host apart from its system.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kernel/deploy/activation.hpp"
#include "kernel/plugin/sdk.hpp"

namespace fleetd::deploy {

struct ColmenaKey {
  enum class From : std::uint8_t { Text, File, Command };

  std::string name;       // in `deployment.keys`
  std::string directory;  // on the host, absolute
  std::string file;       // below the directory, a single name
  std::string owner, group, mode;
  bool afterActivation = false;
  From from = From::Text;
  std::string text;                  // its content, or the file here that holds it
  std::vector<std::string> command;  // a program here that prints it, with its arguments
};

// From what a host's configuration says; `keys` is the value of `deployment.keys`, nil: none. In the order of their
// names. Error FL0853.
Result<std::vector<ColmenaKey>> readColmenaKeys(const std::string& host, const plugin::PluginValue& keys);

// Sends those that go before or after the activation, one after the other. Each replaces the file on the host in one
// step and only when all of it has arrived. Contents of files and programs pass through one page of locked memory, and
// the standard input of a shell there. Errors: FL0853, those of ssh. Thread: any.
Result<void> bringColmenaKeys(Ssh& ssh, const Address& address, const std::string& host,
                              const std::vector<ColmenaKey>& keys, bool afterActivation,
                              const ActivationSettings& settings);

}  // namespace fleetd::deploy
