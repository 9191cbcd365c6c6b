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

// How a passphrase looks. What forms ask for (a capital, a digit) adds to its words and takes nothing from them.
struct Phrase {
  std::int64_t words = 6, digits = 0;
  std::string separator = "-";
  bool capitals = false;

  void read(Parameters& parameters) {
    words = parameters.number("words", words, 4, 32);
    digits = parameters.number("digits", digits, 0, 16);
    separator = parameters.text("separator", separator);
    capitals = parameters.flag("capitals", capitals);
  }
};

fleet::Result<SecretBytes> passphrase(const Phrase& phrase, age::Random& random) {
  if (phrase.separator.size() > 8) return age::error("VARS10", "the separator of words has 8 bytes at most");
  const auto words = static_cast<std::size_t>(phrase.words), digits = static_cast<std::size_t>(phrase.digits);
  FLEET_TRY_ASSIGN(auto out, SecretBytes::make((words + 1) * (8 + phrase.separator.size()) + digits));
  std::size_t size = 0;
  const auto put = [&](char c) { out.data()[size++] = static_cast<std::uint8_t>(c); };
  for (std::size_t i = 0; i < words * 2; ++i) {
    const bool begins = i % 2 == 0;
    if (i > 0 && begins)
      for (const char c : phrase.separator) put(c);
    bool first = begins && phrase.capitals;
    for (const char c : kOnsets[below(std::size(kOnsets), random)]) {
      put(first ? static_cast<char>(c - 'a' + 'A') : c);
      first = false;
    }
    put(kVowels[below(kVowels.size(), random)]);
  }
  if (digits > 0)
    for (const char c : phrase.separator) put(c);
  for (std::size_t i = 0; i < digits; ++i) put(static_cast<char>('0' + below(10, random)));
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
fleet::Result<std::string> hashed(const SecretBytes& password, const std::string& method, age::Random& random,
                                  const char* bcrypt = "$2b$") {
  if (password.text().find('\0') != std::string_view::npos)
    return age::error("VARS11", "a password cannot hold a zero byte");
  const char* prefix = method == "yescrypt" ? "$y$"
                       : method == "sha512" ? "$6$"
                       : method == "bcrypt" ? bcrypt
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
                    method = parameters.text("method", "yescrypt"), user = parameters.text("user", "");
  Phrase phrase;
  phrase.read(parameters);
  FLEET_TRY(parameters.finish());
  Outputs out;
  const auto answer = inputs.prompts.find(file);
  if (answer != inputs.prompts.end() && answer->second.size() > 0) {
    FLEET_TRY_ASSIGN(out[file], SecretBytes::copy(answer->second.span()));
  } else {
    FLEET_TRY_ASSIGN(out[file], passphrase(phrase, random));
  }
  if (hash.empty()) return out;
  FLEET_TRY_ASSIGN(const auto text, hashed(out[file], method, random));
  // As web servers read it.
  FLEET_TRY(addOutput(out, hash, user.empty() ? text : user + ":" + text + "\n"));
  if (!user.empty()) FLEET_TRY(addOutput(out, "username", user));
  return out;
}

// Lines of user and hash. Apache knows bcrypt as $2y$, and servers that ask libcrypt know it, too.
fleet::Result<Outputs> makeHtpasswd(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  const std::string file = parameters.text("file", "htpasswd"), user = parameters.text("user", ""),
                    password = parameters.text("password", ""), method = parameters.text("method", "bcrypt");
  auto users = parameters.pairs("users");
  Phrase phrase;
  phrase.read(parameters);
  FLEET_TRY(parameters.finish());
  if (user.empty() && users.empty())
    return age::error("VARS10", "a password file needs users", "set `user` or `users`");
  Outputs out;
  std::string lines;
  const auto add = [&](const std::string& name, const SecretBytes& secret) -> fleet::Result<void> {
    if (name.empty() || name.find_first_of(":\r\n") != std::string::npos)
      return age::error("VARS10", "`" + name + "` cannot be a user of a password file");
    std::string_view text = secret.text();
    while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
    FLEET_TRY_ASSIGN(const auto line, SecretBytes::copy(text));
    FLEET_TRY_ASSIGN(const auto hash, hashed(line, method, random, "$2y$"));
    lines += name + ":" + hash + "\n";
    return {};
  };
  if (!user.empty() && password.find('/') == std::string::npos) {
    // Its own password, a file as well: the answer to a prompt of that name, or a passphrase.
    const std::string own = password.empty() ? "password" : password;
    const auto answer = inputs.prompts.find(own);
    if (answer != inputs.prompts.end() && answer->second.size() > 0) {
      FLEET_TRY_ASSIGN(out[own], SecretBytes::copy(answer->second.span()));
    } else {
      FLEET_TRY_ASSIGN(out[own], passphrase(phrase, random));
    }
    FLEET_TRY(add(user, out[own]));
  } else if (!user.empty()) {
    users.emplace_back(user, password);
  }
  for (const auto& [name, from] : users) {
    FLEET_TRY_ASSIGN(const auto* secret, inputFile(inputs, from));
    FLEET_TRY(add(name, *secret));
  }
  FLEET_TRY(addOutput(out, file, lines));
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
