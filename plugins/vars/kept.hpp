// Values that another plugin keeps. The kernel asked it and hands over what it gave: sealed, for whoever reads it here
// or for the machine.
#pragma once
#include "plugins/vars/request.hpp"

namespace fleetd::vars {

// A sealed value as a request has it, out of base64. Errors: VARS62.
fleet::Result<std::string> unpackSealed(const std::string& text);
// Opens what was handed over for a file of a generator with a store. Errors: VARS66 when nothing was or it is no age
// file, VARS67 when it is sealed for others, and those of age for one that was changed.
fleet::Result<SecretBytes> keptValue(const Request& request, const std::string& machine, const GeneratorDecl& decl,
                                     const std::string& file);

}  // namespace fleetd::vars
