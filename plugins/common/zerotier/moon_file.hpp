// moon.json, as `zerotier-idtool initmoon` writes it: the key that a moon's worlds are signed with. Whoever has it can
// change where everybody who follows the moon looks for it.
#pragma once
#include <string_view>

#include "plugins/common/zerotier/identity.hpp"

namespace fleetd::zerotier {

struct MoonFile {
  Address id;       // the root's
  Identity signer;  // both halves of the key; its address means nothing
};

// Nothing of the text is copied into memory that is not locked. Endpoints and roots in it are not looked at. Errors:
// ZT07, which never repeats the text.
fleet::Result<MoonFile> readMoonFile(std::string_view text);
// What initmoon would print, with a new key. Errors: no memory that can be locked.
fleet::Result<SecretBytes> newMoonFile(const Identity& root, Random& random);

}  // namespace fleetd::zerotier
