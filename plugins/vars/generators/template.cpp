// template: texts with the values of other variables in them.
#include <algorithm>
#include <vector>

#include <sodium.h>

#include "plugins/vars/generators/builtin.hpp"

namespace fleetd::vars {

namespace {

constexpr std::string_view kBlank = " \t\r\n", kHex = "0123456789abcdef";
constexpr std::size_t kMost = 16 << 20;  // bytes

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// As a string of JSON, with its quotes; bytes of UTF-8 stay what they are.
fleet::Result<SecretBytes> asJson(std::string_view text) {
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(text.size() * 6 + 2));
  std::size_t size = 0;
  const auto put = [&](std::string_view piece) {
    for (const char c : piece) out.data()[size++] = static_cast<std::uint8_t>(c);
  };
  put("\"");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      put("\\");
      put({&c, 1});
    } else if (c == '\n') {
      put("\\n");
    } else if (byte < 0x20 || byte == 0x7f) {
      put("\\u00");
      put(kHex.substr(byte >> 4, 1));
      put(kHex.substr(byte & 15, 1));
    } else {
      put({&c, 1});
    }
  }
  put("\"");
  out.shrink(size);
  return out;
}

// As one word of a POSIX shell.
fleet::Result<SecretBytes> asWord(std::string_view text) {
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(text.size() * 4 + 2));
  std::size_t size = 0;
  const auto put = [&](std::string_view piece) {
    for (const char c : piece) out.data()[size++] = static_cast<std::uint8_t>(c);
  };
  put("'");
  for (const char c : text) put(c == '\'' ? std::string_view("'\\''") : std::string_view(&c, 1));
  put("'");
  out.shrink(size);
  return out;
}

fleet::Result<SecretBytes> filtered(SecretBytes value, std::string_view filter) {
  if (filter == "trim") return SecretBytes::copy(trimmed(value.text()));
  if (filter == "json") return asJson(value.text());
  if (filter == "shell") return asWord(value.text());
  if (filter == "base64") {
    std::string text = age::base64(value.span(), true);
    auto out = SecretBytes::copy(text);
    sodium_memzero(text.data(), text.size());
    return out;
  }
  return age::error("VARS10", "a placeholder has no filter `" + std::string(filter) + "`",
                    "there are: trim, json, shell, base64");
}

// "generator/file", "prompt:name", each with filters behind bars.
fleet::Result<SecretBytes> valueOf(std::string_view inside, const Inputs& inputs) {
  auto bar = inside.find('|');
  const std::string name(trimmed(inside.substr(0, bar)));
  const SecretBytes* held = nullptr;
  if (name.starts_with("prompt:")) {
    const auto answer = inputs.prompts.find(name.substr(7));
    if (answer == inputs.prompts.end())
      return age::error("VARS11", "the template needs the prompt `" + name.substr(7) + "`, which the generator has not",
                        "declare it under `prompts`");
    held = &answer->second;
  } else {
    FLEET_TRY_ASSIGN(held, inputFile(inputs, name));
  }
  FLEET_TRY_ASSIGN(auto out, SecretBytes::copy(held->span()));
  while (bar != std::string_view::npos) {
    inside.remove_prefix(bar + 1);
    bar = inside.find('|');
    FLEET_TRY_ASSIGN(out, filtered(std::move(out), trimmed(inside.substr(0, bar))));
  }
  return out;
}

fleet::Result<SecretBytes> filledIn(std::string_view text, const Inputs& inputs) {
  std::vector<SecretBytes> pieces;
  std::size_t size = 0;
  const auto add = [&](SecretBytes piece) {
    size += piece.size();
    pieces.push_back(std::move(piece));
  };
  while (!text.empty()) {
    const auto begin = text.find("{{");
    FLEET_TRY_ASSIGN(auto before, SecretBytes::copy(text.substr(0, begin)));
    add(std::move(before));
    if (begin == std::string_view::npos) break;
    const auto end = text.find("}}", begin);
    if (end == std::string_view::npos)
      return age::error("VARS10",
                        "a placeholder of the template is not closed: `" + std::string(text.substr(begin, 40)) + "`",
                        "write {{ generator/file }}, and {{ \"{{\" }} for two braces");
    const std::string_view inside = trimmed(text.substr(begin + 2, end - begin - 2));
    if (inside.size() >= 2 && inside.front() == '"' && inside.back() == '"') {
      FLEET_TRY_ASSIGN(auto literal, SecretBytes::copy(inside.substr(1, inside.size() - 2)));
      add(std::move(literal));
    } else {
      FLEET_TRY_ASSIGN(auto value, valueOf(inside, inputs));
      add(std::move(value));
    }
    if (size > kMost) return age::error("VARS11", "the template becomes larger than 16 MiB");
    text.remove_prefix(end + 2);
  }
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(size));
  std::size_t at = 0;
  for (const auto& piece : pieces) {
    std::copy(piece.data(), piece.data() + piece.size(), out.data() + at);
    at += piece.size();
  }
  return out;
}

}  // namespace

fleet::Result<Outputs> makeTemplate(Parameters& parameters, const Inputs& inputs, age::Random&) {
  const std::string file = parameters.text("file", "value"), text = parameters.text("text", "");
  auto texts = parameters.pairs("files");
  FLEET_TRY(parameters.finish());
  if (texts.empty() && text.empty()) return age::error("VARS10", "a template needs a `text`, or `files` with texts");
  if (!text.empty()) texts.emplace_back(file, text);
  Outputs out;
  for (const auto& [name, content] : texts) {
    FLEET_TRY_ASSIGN(out[name], filledIn(content, inputs));
  }
  return out;
}

}  // namespace fleetd::vars
