// What the verbs of `fleetd zerotier` have in common.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/cli/operations.hpp"
#include "kernel/deploy/zerotier_drift.hpp"

namespace fleetd::cli {

// One overlay network with what its controller says.
struct OpenOverlay {
  deploy::Overlay overlay;
  std::unique_ptr<deploy::zerotier::Controller> controller;  // null: the host cannot be reached
  std::optional<Error> error;                                // why nothing more is known
  deploy::zerotier::Actual actual;
  std::vector<deploy::zerotier::Compared> members;
  std::vector<deploy::zerotier::Setting> settings;  // of the network, that differ

  bool differs() const;
};

// Asks the controller anew.
void readOverlay(Context& cx, OpenOverlay& one);
// Members, by the words on the command line: a name, an id or an address. Null: nobody.
const deploy::zerotier::Compared* findMember(const OpenOverlay& one, std::string_view word);

// That a word names nobody, with the name that it may be meant for.
Error unknownMember(std::string_view word, const std::string& instance, const std::vector<std::string_view>& names);

void printStatus(Context& cx, const std::vector<OpenOverlay>& all);
void printMembers(Context& cx, const std::vector<OpenOverlay>& all);

// Brings the controller to what is declared, each change read back. Errors: FL0877, FL0878, those of a request; the
// message says what was changed before.
Result<void> fixOverlay(Context& cx, OpenOverlay& one);
// Lets members in or shuts them out; the same errors.
Result<void> changeMembers(Context& cx, OpenOverlay& one, const std::vector<std::string>& words, bool in);
// Whether their identities are what they seem; findings (FL0877) about those that are not.
bool proveIdentities(Context& cx, const OpenOverlay& one,
                     const std::vector<const deploy::zerotier::Compared*>& members);

int pingMembers(Context& cx, OpenOverlay& one, const std::vector<std::string>& words);
int migrateZerotier(Context& cx);

}  // namespace fleetd::cli
