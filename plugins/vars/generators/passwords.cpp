// password and random: texts nobody can guess.
#include <memory>

#include <crypt.h>
#include <sodium.h>

#include "plugins/vars/generators/builtin.hpp"

namespace fleetd::vars {

namespace {

// Words are two syllables out of 64, so each word carries twelve bits and can be spoken and typed.
constexpr std::string_view kOnsets[] = {"b", "d", "f", "g", "k", "l", "m",  "n",
                                        "p", "r", "s", "t", "v", "w", "st", "tr"};
constexpr std::string_view kVowels = "aeio";
constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// A number below `count`, every one as likely as the others.
std::size_t below(std::size_t count, age::Random& random) {
  const std::size_t limit = 256 / count * count;
  for (;;) {
    std::uint8_t byte = 0;
    random.fill({&byte, 1});
    if (byte < limit) return byte % count;
  }
}

fleet::Result<SecretBytes> passphrase(std::int64_t words, age::Random& random) {
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(static_cast<std::size_t>(words) * 8));
  std::size_t size = 0;
  for (std::int64_t i = 0; i < words * 2; ++i) {
    if (i > 0 && i % 2 == 0) out.data()[size++] = '-';
    for (const char c : kOnsets[below(std::size(kOnsets), random)]) out.data()[size++] = static_cast<std::uint8_t>(c);
    out.data()[size++] = static_cast<std::uint8_t>(kVowels[below(kVowels.size(), random)]);
  }
  out.shrink(size);
  return out;
}

fleet::Result<SecretBytes> fromAlphabet(std::size_t length, std::string_view alphabet, age::Random& random) {
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make(length));
  for (std::size_t i = 0; i < length; ++i)
    out.data()[i] = static_cast<std::uint8_t>(alphabet[below(alphabet.size(), random)]);
  return out;
}

// crypt(3) wants a terminated text and a large state; both are secrets.
fleet::Result<std::string> hashed(const SecretBytes& password, const std::string& method, age::Random& random) {
  const char* prefix = method == "yescrypt" ? "$y$"
                       : method == "sha512" ? "$6$"
                       : method == "bcrypt" ? "$2b$"
                                            : nullptr;
  if (!prefix)
    return age::error("VARS10", "passwords are hashed with yescrypt, sha512 or bcrypt, not `" + method + "`");
  char salt[CRYPT_GENSALT_OUTPUT_SIZE];
  std::uint8_t bytes[32];
  random.fill(bytes);
  FLEET_TRY_ASSIGN(auto text, SecretBytes::make(password.size() + 1));
  std::copy(password.data(), password.data() + password.size(), text.data());
  FLEET_TRY_ASSIGN(auto state, SecretBytes::make(sizeof(crypt_data)));
  const char* hash = nullptr;
  if (crypt_gensalt_rn(prefix, 0, reinterpret_cast<const char*>(bytes), sizeof bytes, salt, sizeof salt))
    hash = crypt_r(reinterpret_cast<const char*>(text.data()), salt, reinterpret_cast<crypt_data*>(state.data()));
  if (!hash || hash[0] == '*') return age::error("VARS12", "the system's libcrypt cannot hash with " + method);
  return std::string(hash);
}

}  // namespace

// The answer to a prompt of the file's name, or a passphrase.
fleet::Result<Outputs> makePassword(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  const std::string file = parameters.text("file", "password"), hash = parameters.text("hash", ""),
                    method = parameters.text("method", "yescrypt");
  const std::int64_t words = parameters.number("words", 6, 4, 32);
  FLEET_TRY(parameters.finish());
  Outputs out;
  const auto answer = inputs.prompts.find(file);
  if (answer != inputs.prompts.end() && answer->second.size() > 0) {
    FLEET_TRY_ASSIGN(out[file], SecretBytes::copy(answer->second.span()));
  } else {
    FLEET_TRY_ASSIGN(out[file], passphrase(words, random));
  }
  if (hash.empty()) return out;
  if (out[file].text().find('\0') != std::string_view::npos)
    return age::error("VARS11", "a password cannot hold a zero byte");
  FLEET_TRY_ASSIGN(const auto text, hashed(out[file], method, random));
  FLEET_TRY(addOutput(out, hash, text));
  return out;
}

// A value that is known beforehand, kept as a variable so that others find it there.
fleet::Result<Outputs> makeText(Parameters& parameters, const Inputs&, age::Random&) {
  const std::string file = parameters.text("file", "value"), text = parameters.text("text", "");
  FLEET_TRY(parameters.finish());
  Outputs out;
  FLEET_TRY(addOutput(out, file, text));
  return out;
}

fleet::Result<Outputs> makeRandom(Parameters& parameters, const Inputs&, age::Random& random) {
  const std::string file = parameters.text("file", "secret"), form = parameters.text("form", "alphanumeric"),
                    alphabet = parameters.text("alphabet", "");
  const std::int64_t length = parameters.number("length", 32, 1, 1 << 16);
  FLEET_TRY(parameters.finish());
  Outputs out;
  const auto size = static_cast<std::size_t>(length);
  if (!alphabet.empty()) {
    if (alphabet.size() > 128) return age::error("VARS10", "an alphabet has at most 128 characters");
    FLEET_TRY_ASSIGN(out[file], fromAlphabet(size, alphabet, random));
  } else if (form == "alphanumeric") {
    FLEET_TRY_ASSIGN(out[file], fromAlphabet(size, kAlphanumeric, random));
  } else if (form == "hex") {
    FLEET_TRY_ASSIGN(out[file], fromAlphabet(size, "0123456789abcdef", random));
  } else if (form == "bytes" || form == "base64") {
    FLEET_TRY_ASSIGN(auto bytes, SecretBytes::make(size));
    random.fill({bytes.data(), bytes.size()});
    if (form == "base64") {
      std::string text = age::base64(bytes.span(), true);
      FLEET_TRY_ASSIGN(bytes, SecretBytes::copy(text));
      sodium_memzero(text.data(), text.size());
    }
    out[file] = std::move(bytes);
  } else {
    return age::error("VARS10", "the form is alphanumeric, hex, base64 or bytes, not `" + form + "`");
  }
  return out;
}

}  // namespace fleetd::vars
