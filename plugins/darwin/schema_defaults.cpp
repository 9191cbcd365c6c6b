// system.defaults.*
#include "plugins/darwin/schema_defaults.hpp"

namespace darwin {

using namespace platform;

void declareDefaults(Declare& out) {
  declareDesktopDefaults(out);
  declareAppDefaults(out);
  out.add("system.defaults.CustomUserPreferences", open(), Attrs{}, "Settings of any domain of the primary user.");
  out.add("system.defaults.CustomSystemPreferences", open(), Attrs{}, "Settings of any domain of the system.");
}

}  // namespace darwin
