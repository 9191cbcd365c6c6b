// Requests to the plugin that keeps generated values: what machines declare goes there, what was done comes back.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/cli/context.hpp"
#include "kernel/plugin/sdk.hpp"
#include "kernel/render/workspace.hpp"

namespace fleetd::cli {

// Members of an answer; empty when it has none of that name and kind.
std::string textOf(const plugin::PluginValue& set, std::string_view name);
const sdk::List& listOf(const plugin::PluginValue& set, std::string_view name);
bool flagOf(const plugin::PluginValue& set, std::string_view name);
sdk::List textList(const std::vector<std::string>& names);

// What all machines declare, shared generators belong to several: `machines` and `machineGroups` of a request, and
// `incomplete`, machines that may declare more than is known, and
// `store`, where their secrets are.
void addDeclarations(Context& cx, render::Workspace& workspace, sdk::Attrs& request);
// Commits what an answer asks for, unless --no-commit was given, and tells the plugin: until then it keeps its lock.
void commitAnswer(Context& cx, const plugin::PluginValue& answer);
// Its problems become findings of this code, its lines are shown.
void reportAnswer(Context& cx, const plugin::PluginValue& answer, base::Code code);
// Messages to plugins are texts. Error FL0903 for a word, a value of an option or a directory that is none, or has
// control characters.
Result<void> allAreText(const Context& cx);
// A line for people; programs that asked for JSON do not want it.
void say(Context& cx, const std::string& line);
// Data on standard output, when JSON was asked for.
void printJson(Context& cx, const plugin::PluginValue& data);
// An error of the plugin about words of the command line as FL0903; others as they are.
Error asUsage(const Error& error, std::initializer_list<std::string_view> more = {});
// Encrypts all secrets for exactly those who should read them. Errors: the plugin's, FL0317 for its first problem.
Result<void> encryptForReaders(Context& cx, render::Workspace& workspace);

}  // namespace fleetd::cli
