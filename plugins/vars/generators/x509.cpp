// Certificates through libcrypto, each verified as a stranger would before it is handed out.
#include "plugins/vars/generators/x509.hpp"

#include <algorithm>
#include <memory>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace fleetd::vars {

namespace {

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* p) const { Free(p); }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509, X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION, X509_EXTENSION_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE, X509_STORE_free>>;
using Check = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX, X509_STORE_CTX_free>>;
using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;

constexpr long kEarlier = -3600;  // seconds; clocks differ

fleet::Error failed(const char* what) {
  return age::error("VARS12", std::string("the cryptographic library could not make ") + what);
}

Bio reading(std::string_view pem) { return {BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free}; }

// No passphrase is ever asked for.
int noPassphrase(char*, int, int, void*) { return 0; }

fleet::Result<Key> newKey(const std::string& algorithm) {
  EVP_PKEY* made = nullptr;
  if (algorithm == "ed25519")
    made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  else if (algorithm == "p256")
    made = EVP_EC_gen("P-256");
  else if (algorithm == "p384")
    made = EVP_EC_gen("P-384");
  else if (algorithm == "rsa")
    made = EVP_RSA_gen(4096);
  else
    return age::error("VARS10",
                      "keys of certificates are of the algorithm p256, p384, ed25519 or rsa, not `" + algorithm + "`");
  if (!made) return failed("a key");
  return Key(made);
}

bool isPlain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return c > ' ' && c < 127 && c != ',' && c != ';' && c != '"' && c != '\\' && c != '=' && c != '#';
  });
}

bool isAddress(const std::string& text) {
  ASN1_OCTET_STRING* held = a2i_IPADDRESS(text.c_str());
  ASN1_OCTET_STRING_free(held);
  return held != nullptr;
}

// "10.0.0.0/8" as libcrypto wants it, "10.0.0.0/255.0.0.0". Empty: it is no network.
std::string network(const std::string& text) {
  const auto slash = text.find('/');
  if (slash == std::string::npos || !isAddress(text.substr(0, slash))) return {};
  const std::string digits = text.substr(slash + 1);
  if (digits.empty() || digits.size() > 3 || digits.find_first_not_of("0123456789") != std::string::npos) return {};
  const bool six = text.find(':') != std::string::npos;
  const int length = std::stoi(digits), bits = six ? 128 : 32;
  if (length > bits) return {};
  std::string mask;
  static constexpr char kHex[] = "0123456789abcdef";
  for (int at = 0; at < bits; at += 8) {
    const int ones = std::clamp(length - at, 0, 8);
    const int byte = 0xff & (0xff00 >> ones);
    if (six) {
      if (at > 0 && at % 16 == 0) mask += ':';
      mask += {kHex[byte >> 4], kHex[byte & 15]};
    } else {
      mask += (at == 0 ? "" : ".") + std::to_string(byte);
    }
  }
  return text.substr(0, slash + 1) + mask;
}

// "permitted;DNS:example.org,excluded;IP:10.0.0.0/255.0.0.0"
fleet::Result<std::string> constraints(const CertificatePlan& plan) {
  std::string out;
  const auto add = [&](const char* how, const std::string& name) -> fleet::Result<void> {
    const std::string net = network(name);
    if (!isPlain(name) || (net.empty() && name.find('/') != std::string::npos) || isAddress(name))
      return age::error("VARS10", "`" + name + "` is no domain and no network a name constraint can have",
                        "write a domain as example.org and a network as 10.0.0.0/8");
    out += (out.empty() ? "" : ",") + std::string(how) + (net.empty() ? ";DNS:" + name : ";IP:" + net);
    return {};
  };
  for (const auto& name : plan.permitted) FLEET_TRY(add("permitted", name));
  for (const auto& name : plan.excluded) FLEET_TRY(add("excluded", name));
  return out;
}

fleet::Result<std::string> alternativeNames(const CertificatePlan& plan) {
  std::string out;
  for (const auto& name : plan.names) {
    if (!isPlain(name))
      return age::error("VARS10", "`" + name + "` can be no name in a certificate", "names are hosts and addresses");
    out += (out.empty() ? "" : ",") + std::string(isAddress(name) ? "IP:" : "DNS:") + name;
  }
  return out;
}

fleet::Result<void> extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  if (value.empty()) return {};
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) return failed("an extension");
  return {};
}

fleet::Result<void> extendAll(X509* certificate, X509* issuer, const CertificatePlan& plan) {
  FLEET_TRY(extend(certificate, issuer, NID_subject_key_identifier, "hash"));
  FLEET_TRY(extend(certificate, issuer, NID_authority_key_identifier, "keyid"));
  if (plan.authority) {
    const std::string below = plan.pathLength < 0 ? "" : ",pathlen:" + std::to_string(plan.pathLength);
    FLEET_TRY(extend(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE" + below));
    FLEET_TRY(extend(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign"));
    FLEET_TRY_ASSIGN(const auto limits, constraints(plan));
    return extend(certificate, issuer, NID_name_constraints, limits.empty() ? "" : "critical," + limits);
  }
  FLEET_TRY(extend(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE"));
  FLEET_TRY(
      extend(certificate, issuer, NID_key_usage,
             plan.algorithm == "rsa" ? "critical,digitalSignature,keyEncipherment" : "critical,digitalSignature"));
  std::string usage;
  for (const auto& one : plan.usage) {
    if (one != "server" && one != "client")
      return age::error("VARS10", "a certificate is for the usage server or client, not `" + one + "`");
    usage += (usage.empty() ? "" : ",") + one + "Auth";
  }
  FLEET_TRY(extend(certificate, issuer, NID_ext_key_usage, usage));
  FLEET_TRY_ASSIGN(const auto names, alternativeNames(plan));
  return extend(certificate, issuer, NID_subject_alt_name, names);
}

// A random positive serial number of 19 bytes: RFC 5280 allows 20 with a sign.
bool setSerial(X509* certificate, age::Random& random) {
  std::uint8_t bytes[19];
  random.fill(bytes);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & 0x7f) | 0x40);
  BIGNUM* number = BN_bin2bn(bytes, sizeof bytes, nullptr);
  const bool fine = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return fine;
}

// As somebody who trusts the issuer sees it: signature, dates, name constraints, path length.
fleet::Result<void> verify(X509* certificate, X509* issuer, bool authority) {
  const Store store(X509_STORE_new());
  const Check check(X509_STORE_CTX_new());
  if (!store || !check || X509_STORE_add_cert(store.get(), issuer) != 1 ||
      X509_STORE_CTX_init(check.get(), store.get(), certificate, nullptr) != 1)
    return failed("a check of the certificate");
  X509_STORE_CTX_set_flags(check.get(), X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_X509_STRICT);
  if (X509_verify_cert(check.get()) == 1) return {};
  return age::error("VARS11",
                    std::string("the authority may not sign this certificate: ") +
                        X509_verify_cert_error_string(X509_STORE_CTX_get_error(check.get())),
                    authority ? "an authority below another needs a `pathLength` that allows it"
                              : "every name has to be within what the authority permits");
}

struct Issuer {
  Certificate certificate;
  Key key;
};

fleet::Result<Issuer> issuerOf(const CertificatePlan& plan) {
  Issuer out;
  out.certificate.reset(PEM_read_bio_X509(reading(plan.issuerCertificate).get(), nullptr, noPassphrase, nullptr));
  if (!out.certificate) return age::error("VARS11", "the certificate of the authority cannot be read");
  out.key.reset(PEM_read_bio_PrivateKey(reading(plan.issuerKey).get(), nullptr, noPassphrase, nullptr));
  if (!out.key)
    return age::error("VARS11", "the key of the authority cannot be read", "it has to be PEM, without a passphrase");
  if (X509_check_private_key(out.certificate.get(), out.key.get()) != 1)
    return age::error("VARS11", "the key does not belong to the certificate of the authority");
  if (X509_check_ca(out.certificate.get()) != 1)
    return age::error("VARS11", "the certificate of the authority is not one of an authority");
  // Nobody counts the last certificate of a chain, so a chain that ends in an authority is verified too early.
  if (plan.authority && X509_get_pathlen(out.certificate.get()) == 0)
    return age::error("VARS11", "the authority may sign no other authority", "give it a larger `pathLength`");
  return out;
}

fleet::Result<MadeCertificate> written(EVP_PKEY* key, X509* certificate) {
  const Bio secret(BIO_new(BIO_s_secmem()), BIO_free), open(BIO_new(BIO_s_mem()), BIO_free);
  if (!secret || !open || PEM_write_bio_PrivateKey(secret.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(open.get(), certificate) != 1)
    return failed("a file of the certificate");
  MadeCertificate out;
  char* text = nullptr;
  long size = BIO_get_mem_data(secret.get(), &text);
  FLEET_TRY_ASSIGN(out.key, SecretBytes::copy(std::string_view(text, static_cast<std::size_t>(size))));
  size = BIO_get_mem_data(open.get(), &text);
  out.certificate.assign(text, static_cast<std::size_t>(size));
  return out;
}

}  // namespace

fleet::Result<MadeCertificate> makeCertificate(const CertificatePlan& plan, age::Random& random) {
  if (plan.commonName.size() > 64) return age::error("VARS10", "the common name of a certificate has 64 bytes at most");
  Issuer issuer;
  if (!plan.issuerCertificate.empty()) {
    FLEET_TRY_ASSIGN(issuer, issuerOf(plan));
  }
  FLEET_TRY_ASSIGN(const auto key, newKey(plan.algorithm));
  const Certificate out(X509_new());
  X509_NAME* name = out ? X509_get_subject_name(out.get()) : nullptr;
  const auto* common = reinterpret_cast<const unsigned char*>(plan.commonName.data());
  const bool fine =
      name && X509_set_version(out.get(), X509_VERSION_3) == 1 && setSerial(out.get(), random) &&
      X509_gmtime_adj(X509_getm_notBefore(out.get()), kEarlier) &&
      X509_time_adj_ex(X509_getm_notAfter(out.get()), static_cast<int>(plan.days), 0, nullptr) &&
      (plan.commonName.empty() || X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, common,
                                                             static_cast<int>(plan.commonName.size()), -1, 0) == 1) &&
      X509_set_issuer_name(out.get(), issuer.certificate ? X509_get_subject_name(issuer.certificate.get()) : name) ==
          1 &&
      X509_set_pubkey(out.get(), key.get()) == 1;
  if (!fine) return failed("a certificate");
  X509* const above = issuer.certificate ? issuer.certificate.get() : out.get();
  EVP_PKEY* const signer = issuer.key ? issuer.key.get() : key.get();
  FLEET_TRY(extendAll(out.get(), above, plan));
  // Ed25519 has its hash within.
  const EVP_MD* digest = EVP_PKEY_get_id(signer) == EVP_PKEY_ED25519 ? nullptr : EVP_sha256();
  if (X509_sign(out.get(), signer, digest) <= 0) return failed("a signature");
  if (issuer.certificate) FLEET_TRY(verify(out.get(), above, plan.authority));
  ERR_clear_error();
  return written(key.get(), out.get());
}

}  // namespace fleetd::vars
