// A value in somebody's editor.
#pragma once
#include <string>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

// Shows `before` in $VISUAL, $EDITOR or vi, as a file of `directory`, and gives what was saved. The directory is in
// memory and the caller's to remove, with whatever the editor leaves beside the file. Errors: VARS79.
fleet::Result<SecretBytes> edited(const std::string& directory, const std::string& name, const SecretBytes& before);

}  // namespace fleetd::vars
