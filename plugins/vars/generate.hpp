// Running generators.
#pragma once
#include "plugins/vars/request.hpp"

namespace fleetd::vars {

// Writes one file of a generator where it belongs.
fleet::Result<void> storeFile(Request& request, const GeneratorDecl& decl, const std::string& file,
                              const SecretBytes& value);

// The verb `generate`. Questions are asked before anything runs; each generator's files are stored as soon as they are
// made, so that nothing made is lost when a later one fails.
fleet::Result<fleet::Value> generate(Request& request);

// The verb `scripts`: the scripts that `generate` would run, so that what they need can be prepared. Values are left
// alone.
fleet::Result<fleet::Value> scriptsToRun(const Request& request);

}  // namespace fleetd::vars
