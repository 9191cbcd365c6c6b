// Certificates: what they say, and writing them down.
#pragma once
#include <string>
#include <vector>

#include "plugins/vars/age/primitives.hpp"

namespace fleetd::vars {

// A certificate to be made. Names of hosts and addresses are told apart by their form.
struct CertificatePlan {
  std::string commonName, algorithm;  // ed25519, p256, p384, rsa
  std::int64_t days = 0;
  bool authority = false;
  std::int64_t pathLength = -1;                   // authorities below an authority; -1: any number
  std::vector<std::string> permitted, excluded;   // an authority's: domains, and networks as address/length
  std::vector<std::string> names, usage;          // a leaf's: who it is for; server, client
  std::string_view issuerCertificate, issuerKey;  // PEM; empty: it signs itself
};

struct MadeCertificate {
  SecretBytes key;          // PEM, PKCS #8
  std::string certificate;  // PEM
};

// Errors: VARS10 for what a certificate cannot say, VARS11 for an issuer that cannot be read, does not belong to its
// key, or may not certify these names (it is verified before it is returned), VARS12.
fleet::Result<MadeCertificate> makeCertificate(const CertificatePlan& plan, age::Random& random);

}  // namespace fleetd::vars
