// Keys that only an age plugin can use: age-plugin-NAME, a program that is asked over its standard input and output
// (https://c2sp.org/age-plugin).
#pragma once
#include <functional>
#include <span>
#include <vector>

#include "plugins/vars/age/keys.hpp"

namespace fleetd::vars::age {

// How a plugin talks to the person in front of it. Without a function the plugin is told that it cannot.
struct Interaction {
  std::function<void(const std::string& plugin, const std::string& text)> tell;
  std::function<fleet::Result<SecretBytes>(const std::string& plugin, const std::string& question, bool secret)> ask;
};
// Thread: set before keys are used.
void setInteraction(Interaction interaction);

// Letters, digits and + - . _
bool isPluginName(std::string_view name);

// Errors: AGE10 when the plugin is not there, ends early, breaks the protocol or says that something is wrong.
fleet::Result<std::vector<Stanza>> wrapWithPlugin(const Recipient& recipient, View fileKey);
// False: none of the stanzas is for this identity.
fleet::Result<bool> unwrapWithPlugin(const Identity& identity, std::span<const Stanza> stanzas,
                                     std::uint8_t fileKey[kFileKey]);

}  // namespace fleetd::vars::age
