// `fleetd help [COMMAND]` and --help.
#include "kernel/cli/help.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "kernel/base/json_writer.hpp"
#include "kernel/cli/context.hpp"

namespace fleetd::cli {

namespace {

std::string optionText(const OptionSpec& option) {
  std::string text =
      option.letter ? fmt::format("-{}, {}", option.letter, option.name) : fmt::format("    {}", option.name);
  if (!option.value.empty()) text += fmt::format("{}{}", option.value.front() == '[' ? "" : " ", option.value);
  return text;
}

void appendOptions(std::string& text, std::span<const OptionSpec> options) {
  for (const OptionSpec& option : options) text += fmt::format("  {:<18}  {}\n", optionText(option), option.help);
}

std::string usageOf(const Command& command) {
  std::string text = fmt::format("fleetd {}", command.name);
  if (!command.options.empty()) text += " [OPTIONS]";
  for (const PositionalSpec& word : command.positionals) {
    const std::string name = fmt::format("{}{}", word.name, word.repeated ? "…" : "");
    text += word.required ? fmt::format(" {}", name) : fmt::format(" [{}]", name);
  }
  return text;
}

void writeOptions(base::JsonWriter& json, std::span<const OptionSpec> options) {
  json.key("options").beginArray();
  for (const OptionSpec& option : options) {
    json.beginObject().member("name", option.name);
    json.member("short", option.letter ? fmt::format("-{}", option.letter) : std::string());
    json.member("value", option.value).member("help", option.help).endObject();
  }
  json.endArray();
}

void writeCommand(base::JsonWriter& json, const Command& command) {
  json.beginObject().member("name", command.name).member("summary", command.summary).member("usage", usageOf(command));
  writeOptions(json, command.options);
  json.key("arguments").beginArray();
  for (const PositionalSpec& word : command.positionals) {
    json.beginObject().member("name", word.name).member("help", word.help);
    json.member("required", word.required).member("repeated", word.repeated).endObject();
  }
  json.endArray().endObject();
}

}  // namespace

std::string overviewText(const Output& out) {
  std::string text = "fleetd manages NixOS servers, macOS laptops and standalone homes from one repository.\n\n";
  text += out.styled(kBold, "Usage:") + " fleetd [OPTIONS] COMMAND [ARGUMENTS]\n\n";
  text += out.styled(kBold, "Commands:") + "\n";
  for (const Command& command : commands()) text += fmt::format("  {:<18}  {}\n", command.name, command.summary);
  text += "\n" + out.styled(kBold, "Options of every command:") + "\n";
  appendOptions(text, globalOptions());
  text +=
      "\nExit codes: 0 fine, 1 the fleet has errors, 2 wrong command line, 3 the machine lacks something, 70 a defect of fleetd.\n"
      "`fleetd help COMMAND` tells more.\n";
  return text;
}

std::string commandText(const Command& command, const Output& out) {
  std::string summary(command.summary);
  summary[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(summary[0])));
  std::string text = fmt::format("{}.\n\n{} {}\n", summary, out.styled(kBold, "Usage:"), usageOf(command));
  if (!command.description.empty()) text += fmt::format("\n{}\n", command.description);
  if (!command.positionals.empty()) {
    text += "\n" + out.styled(kBold, "Arguments:") + "\n";
    for (const PositionalSpec& word : command.positionals) text += fmt::format("  {:<18}  {}\n", word.name, word.help);
  }
  if (!command.options.empty()) {
    text += "\n" + out.styled(kBold, "Options:") + "\n";
    appendOptions(text, command.options);
  }
  text += "\n" + out.styled(kBold, "Options of every command:") + "\n";
  appendOptions(text, globalOptions());
  return text;
}

std::string helpFor(const Command* command, const Output& out, bool json) {
  if (!json) return command ? commandText(*command, out) : overviewText(out);
  std::string text;
  base::JsonWriter writer(text, 2);
  if (command) {
    writeCommand(writer, *command);
  } else {
    writer.beginObject();
    writeOptions(writer, globalOptions());
    writer.key("commands").beginArray();
    for (const Command& each : commands()) writeCommand(writer, each);
    writer.endArray().endObject();
  }
  return text + "\n";
}

int runHelp(Context& cx) {
  const std::string_view name = cx.args.positional(0);
  const Command* command = nullptr;
  if (!cx.args.positionals.empty()) {
    command = findCommand(name);
    if (!command) {
      std::vector<std::string_view> names;
      for (const Command& each : commands()) names.push_back(each.name);
      return cx.fail(
          {base::Code::FL0901, fmt::format("unknown command `{}`", shownWord(name)), suggestion(name, names), {}});
    }
  }
  cx.out.write(helpFor(command, cx.out, cx.json()));
  return kOk;
}

}  // namespace fleetd::cli
