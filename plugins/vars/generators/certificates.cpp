// x509-ca and x509-certificate.
#include <sodium.h>

#include "plugins/vars/generators/builtin.hpp"
#include "plugins/vars/generators/x509.hpp"

namespace fleetd::vars {

namespace {

// The authority's files, when the parameters name one.
struct Authority {
  std::string certificate, key;

  fleet::Result<void> into(CertificatePlan& plan, const Inputs& inputs) const {
    FLEET_TRY_ASSIGN(const auto* held, inputFile(inputs, certificate));
    FLEET_TRY_ASSIGN(const auto* secret, inputFile(inputs, key));
    plan.issuerCertificate = held->text();
    plan.issuerKey = secret->text();
    return {};
  }
};

}  // namespace

fleet::Result<Outputs> makeX509Authority(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  const std::string keyFile = parameters.text("key", "ca.key"), certFile = parameters.text("cert", "ca.crt");
  const Authority above{parameters.text("ca", ""), parameters.text("caKey", "")};
  CertificatePlan plan;
  plan.authority = true;
  plan.commonName = parameters.text("commonName", "");
  plan.algorithm = parameters.text("algorithm", "p256");
  plan.days = parameters.number("days", 3650, 1, 36500);
  plan.pathLength = parameters.number("pathLength", -1, -1, 16);
  plan.permitted = parameters.texts("permitted");
  plan.excluded = parameters.texts("excluded");
  FLEET_TRY(parameters.finish());
  if (plan.commonName.empty())
    return age::error("VARS10", "an authority needs a name that people know it by", "set `commonName`");
  if (above.certificate.empty() != above.key.empty())
    return age::error("VARS10", "an authority above is both its certificate and its key", "set `ca` and `caKey`");
  if (!above.certificate.empty()) FLEET_TRY(above.into(plan, inputs));
  FLEET_TRY_ASSIGN(auto made, makeCertificate(plan, random));
  Outputs out;
  out.insert_or_assign(keyFile, std::move(made.key));
  FLEET_TRY(addOutput(out, certFile, made.certificate));
  return out;
}

fleet::Result<Outputs> makeX509Certificate(Parameters& parameters, const Inputs& inputs, age::Random& random) {
  const std::string keyFile = parameters.text("key", "key"), certFile = parameters.text("cert", "cert"),
                    chainFile = parameters.text("chain", "");
  const Authority above{parameters.text("ca", ""), parameters.text("caKey", "")};
  CertificatePlan plan;
  plan.names = parameters.texts("names");
  plan.usage = parameters.texts("usage");
  plan.commonName = parameters.text("commonName", plan.names.empty() ? "" : plan.names.front());
  plan.algorithm = parameters.text("algorithm", "p256");
  plan.days = parameters.number("days", 3650, 1, 36500);
  FLEET_TRY(parameters.finish());
  if (plan.usage.empty()) plan.usage = {"server"};
  if (plan.names.empty() && plan.commonName.empty())
    return age::error("VARS10", "a certificate is for somebody", "set `names`, or `commonName` for a client");
  // The names are what counts; the common name is a courtesy with a limit.
  if (plan.commonName.size() > 64 && !plan.names.empty()) plan.commonName.clear();
  FLEET_TRY(above.into(plan, inputs));
  FLEET_TRY_ASSIGN(auto made, makeCertificate(plan, random));
  Outputs out;
  out.insert_or_assign(keyFile, std::move(made.key));
  FLEET_TRY(addOutput(out, certFile, made.certificate));
  if (!chainFile.empty()) FLEET_TRY(addOutput(out, chainFile, made.certificate + std::string(plan.issuerCertificate)));
  return out;
}

}  // namespace fleetd::vars
