// system.defaults.<domain>.<key>: tables of keys by type. Enumerations are written as their base type,
// because newer releases of macOS add values.
#pragma once
#include <span>
#include <string>

#include "plugins/darwin/schema.hpp"

namespace darwin {

void declareDesktopDefaults(platform::Declare& out);
void declareAppDefaults(platform::Declare& out);

inline void settings(platform::Declare& out, const char* domain, std::span<const char* const> keys,
                     const fleet::Type& type) {
  const std::string doc = std::string("Setting of the domain ") + domain + ".";
  for (const char* key : keys)
    out.optional(std::string("system.defaults.") + domain + ".\"" + key + "\"", type, doc.c_str());
}
inline void flags(platform::Declare& out, const char* domain, std::span<const char* const> keys) {
  settings(out, domain, keys, fleet::type::boolean());
}
inline void integers(platform::Declare& out, const char* domain, std::span<const char* const> keys) {
  settings(out, domain, keys, fleet::type::integer());
}
inline void numbers(platform::Declare& out, const char* domain, std::span<const char* const> keys) {
  settings(out, domain, keys, fleet::type::number());
}
inline void texts(platform::Declare& out, const char* domain, std::span<const char* const> keys) {
  settings(out, domain, keys, fleet::type::str());
}

}  // namespace darwin
