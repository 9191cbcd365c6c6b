// ssh-key and ssh-certificate.
#include <algorithm>
#include <memory>

#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include "plugins/vars/generators/builtin.hpp"
#include "plugins/vars/generators/ssh_wire.hpp"

namespace fleetd::vars {

namespace {

constexpr std::string_view kCertificate = "ssh-ed25519-cert-v01@openssh.com";
constexpr std::uint64_t kForEver = ~std::uint64_t{0};

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* p) const { Free(p); }
};
using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BIGNUM, BN_free>>;

// A positive number as ssh writes it: big endian, with a zero in front when the highest bit is set.
age::Bytes mpint(const BIGNUM* number) {
  age::Bytes out(static_cast<std::size_t>(BN_num_bytes(number)) + 1, 0);
  BN_bn2bin(number, out.data() + 1);
  if (out.size() > 1 && (out[1] & 0x80) == 0) out.erase(out.begin());
  return out;
}

fleet::Result<Outputs> makeRsa(const std::string& file, const std::string& comment, std::int64_t bits) {
  const fleet::Error failed = age::error("VARS12", "the cryptographic library could not make an RSA key");
  const PrivateKey key(EVP_RSA_gen(static_cast<unsigned>(bits)));
  if (!key) return failed;
  BIGNUM *modulus = nullptr, *exponent = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), "n", &modulus) != 1) return failed;
  const Number n(modulus);
  if (EVP_PKEY_get_bn_param(key.get(), "e", &exponent) != 1) return failed;
  const Number e(exponent);
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_secmem()), BIO_free);
  if (!bio || PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) return failed;
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  FLEET_TRY_ASSIGN(auto wire, SshWriter::make(static_cast<std::size_t>(bits) / 8 + 64));
  wire.string("ssh-rsa").string(age::View(mpint(e.get()))).string(age::View(mpint(n.get())));
  Outputs out;
  FLEET_TRY(addOutput(out, file, {text, static_cast<std::size_t>(size)}));
  FLEET_TRY(addOutput(out, file + ".pub", sshPublicKeyText("ssh-rsa", wire.view(), comment)));
  return out;
}

// The public key of a line "ssh-ed25519 AAAA…": 32 bytes.
fleet::Result<age::Bytes> pointOf(std::string_view line) {
  constexpr std::string_view kPrefix = "ssh-ed25519 ";
  if (line.starts_with(kPrefix)) {
    line.remove_prefix(kPrefix.size());
    auto wire = age::fromBase64(line.substr(0, line.find_first_of(" \r\n")), true);
    if (wire && wire->size() == 51) return age::Bytes(wire->begin() + 19, wire->end());
  }
  return age::error("VARS11", "only ssh-ed25519 keys can be certified");
}

}  // namespace

fleet::Result<Outputs> makeSshKey(Parameters& parameters, const Inputs&, age::Random& random) {
  const std::string file = parameters.text("file", "id_ed25519"), comment = parameters.text("comment", ""),
                    type = parameters.text("type", "ed25519");
  const std::int64_t bits = parameters.number("bits", 4096, 2048, 8192);
  FLEET_TRY(parameters.finish());
  if (type == "rsa") return makeRsa(file, comment, bits);
  if (type != "ed25519") return age::error("VARS10", "ssh keys are of type ed25519 or rsa, not `" + type + "`");
  FLEET_TRY_ASSIGN(const auto key, makeSshKeyPair(random));
  FLEET_TRY_ASSIGN(auto text, sshPrivateKeyText(key, comment, random));
  Outputs out;
  out.insert_or_assign(file, std::move(text));
  FLEET_TRY(addOutput(out, file + ".pub", sshPublicKeyText("ssh-ed25519", key.wire, comment)));
  return out;
}

// A key to log in with, and the key of the repository.
fleet::Result<Outputs> makeBorgClient(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  FLEET_TRY(parameters.finish());
  const fleet::Value key = fleet::Attrs{{"file", "borgbackup.ssh"}, {"generator", "ssh-key"}};
  const fleet::Value phrase = fleet::Attrs{{"file", "borgbackup.repokey"}, {"generator", "password"}};
  FLEET_TRY_ASSIGN(auto out, generateBuiltin(key, inputs, random));
  FLEET_TRY_ASSIGN(auto more, generateBuiltin(phrase, inputs, random));
  for (auto& [file, content] : more) out.insert_or_assign(file, std::move(content));
  return out;
}

// PROTOCOL.certkeys of OpenSSH.
fleet::Result<Outputs> makeSshCertificate(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  const std::string file = parameters.text("file", "id_ed25519-cert.pub"), ca = parameters.text("ca", ""),
                    key = parameters.text("key", ""), identity = parameters.text("identity", ""),
                    kind = parameters.text("kind", "host");
  const auto principals = parameters.texts("principals");
  FLEET_TRY(parameters.finish());
  if (kind != "host" && kind != "user")
    return age::error("VARS10", "a certificate is for a host or a user, not for `" + kind + "`");
  if (principals.empty()) return age::error("VARS10", "a certificate without principals would be good for any name");
  FLEET_TRY_ASSIGN(const auto* caText, inputFile(inputs, ca));
  FLEET_TRY_ASSIGN(const auto* keyText, inputFile(inputs, key));
  FLEET_TRY_ASSIGN(const auto authority, age::readSshPrivateKey(caText->text()));
  FLEET_TRY_ASSIGN(const auto point, pointOf(keyText->text()));
  std::size_t size = 1024 + identity.size();
  for (const auto& name : principals) size += name.size() + 4;
  FLEET_TRY_ASSIGN(auto names, SshWriter::make(size));
  for (const auto& name : principals) names.string(name);
  std::uint8_t nonce[32];
  random.fill(nonce);
  FLEET_TRY_ASSIGN(auto body, SshWriter::make(size * 2));
  body.string(kCertificate).string(age::View(nonce)).string(age::View(point));
  body.number64(0).number(kind == "host" ? 2 : 1).string(identity).string(names.view());
  body.number64(0).number64(kForEver);
  // Options: hosts have none, users may do what they may do without a certificate.
  FLEET_TRY_ASSIGN(auto extensions, SshWriter::make(256));
  if (kind == "user")
    for (const char* one :
         {"permit-X11-forwarding", "permit-agent-forwarding", "permit-port-forwarding", "permit-pty", "permit-user-rc"})
      extensions.string(one).string("");
  body.string("").string(extensions.view()).string("").string(age::View(authority.wire));
  std::uint8_t signature[crypto_sign_BYTES];
  crypto_sign_detached(signature, nullptr, body.view().data(), body.view().size(), authority.secret.data());
  FLEET_TRY_ASSIGN(auto signed_, SshWriter::make(256));
  signed_.string("ssh-ed25519").string(age::View(signature));
  body.string(signed_.view());
  Outputs out;
  FLEET_TRY(addOutput(out, file, sshPublicKeyText(kCertificate, body.view(), "")));
  return out;
}

}  // namespace fleetd::vars
