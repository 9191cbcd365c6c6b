// Verbs of `fleetd vars` with files of their own. The fleet is open.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kernel/cli/operations.hpp"
#include "kernel/deploy/activation.hpp"

namespace fleetd::cli {

int pruneVars(Context& cx);
int moveVars(Context& cx, const std::string& verb);  // export, import
int uploadVars(Context& cx);
// `fleetd deploy --goal upload-keys`: the same for all hosts that are meant; nothing is built or activated.
int uploadKeys(Context& cx);
// What brings a machine of a password store its values while it is deployed; nothing for others. Everything that has to
// be looked at is looked at now; what comes back may be called from any thread, and asks one at a time.
using BringValues = std::function<Result<bool>()>;
Result<std::vector<BringValues>> valuesFor(Context& cx, deploy::Ssh& ssh, const std::vector<const Meant*>& meant,
                                           const deploy::ActivationSettings& settings);
int migrateVars(Context& cx);

}  // namespace fleetd::cli
