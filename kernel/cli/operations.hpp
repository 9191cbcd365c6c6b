// What the commands that build and deploy have in common: the hosts that are meant, their build tree, their addresses.
#pragma once
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernel/cli/build_report.hpp"
#include "kernel/cli/circumstances.hpp"
#include "kernel/cli/context.hpp"
#include "kernel/deploy/build.hpp"
#include "kernel/deploy/choice.hpp"
#include "kernel/deploy/ssh.hpp"
#include "kernel/deploy/targets.hpp"
#include "kernel/state/state.hpp"

namespace fleetd::cli {

// One host that is meant, with what the fleet says of it.
struct Meant {
  const fleet::Host* host = nullptr;
  std::string directory;                       // in the build tree
  std::string options;                         // its configuration as text, an option a line, and secretLines
  std::optional<Result<deploy::Reach>> reach;  // when it was asked for
};

struct Operation {
  std::string directory;  // of the fleet's state
  std::optional<state::State> state;
  std::vector<Meant> meant;
  std::optional<deploy::Ssh> ssh;  // with Reaching::Yes; what was asked through it stays connected
  deploy::NixSettings nix;         // set by renderFor
  // revisionOf the fleet as it is built, which git tells meanwhile; not valid where nothing is built.
  std::future<std::string> revision;
};

enum class Reaching : bool { No, Yes };

// The hosts named on the command line, or with all of the tags of --tag, or all that are not for naming only. With
// Reaching::Yes where each is reached, --target-host included; a host that answers nowhere has its error there.
// Findings about hosts go to the context. Errors end the command.
Result<Operation> beginOperation(Context& cx, Reaching reaching);
// The same where the words on the command line are no hosts.
Result<Operation> beginOperation(Context& cx, Reaching reaching, const std::vector<std::string>& names);
// Writes the fleet's build tree with all of its hosts. Error FL0801 while the fleet, or a host that is meant, has
// errors; one that is not meant is left out with a warning.
Result<void> renderFor(Context& cx, Operation& operation);
// Builds what is meant, with progress; failures go to the context and have an empty path. In the order of `meant`.
Result<std::vector<deploy::Built>> buildFor(Context& cx, Operation& operation, BuildReport& report);

// From --ssh-config and --host-key-check, with the host keys the fleet knows. The fleet is open.
Result<deploy::Ssh> openSsh(Context& cx);
// Which of a host's addresses is used. Without a directory for state nothing is remembered.
deploy::Choosing choosing(Context& cx, deploy::Ssh& ssh);
// Has the next choice ask all addresses again when the one that was chosen cannot be reached after all.
void forgetUnreachable(Context& cx, const std::string& host, const Error& error);
// What was tried before the address that is used, for people who are not asked to be left alone.
void tellTried(Context& cx, const std::string& host, const deploy::Reach& reach);
// What an option was given that takes a number, which was looked at before; `otherwise` when it was not.
unsigned numberOption(const Context& cx, std::string_view name, unsigned otherwise);

}  // namespace fleetd::cli
