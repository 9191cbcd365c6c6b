// Files of sops with many values: YAML, JSON, KEY=value. They are only read here.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "plugins/vars/sops/metadata.hpp"

namespace fleetd::vars::sops {

inline constexpr std::size_t kMaxTree = 16u << 20;  // bytes

enum class Format : std::uint8_t { Yaml, Json, Dotenv };
// "yaml", "json" or "dotenv". Errors: SOPS05 with what there is.
fleet::Result<Format> formatNamed(std::string_view name);
// By the end of a file's name, as sops decides. Errors: SOPS05.
fleet::Result<Format> formatOf(std::string_view file);

// A value at the top of the file.
struct TopValue {
  std::string name;
  bool isText = false;
  std::string what;   // for people: "a text", "a mapping"
  bool open = false;  // it is not encrypted, and no MAC covers it
  SecretBytes text;   // of a text that is not open
};

// All of them, in their order. Everything is decrypted and the MAC checked first. Errors: SOPS02 and SOPS05 for what
// cannot be read, SOPS03 for what was changed, AGE06 when no key fits.
fleet::Result<std::vector<TopValue>> openTree(std::string_view file, Format format,
                                              std::span<const age::Identity> identities);

}  // namespace fleetd::vars::sops
