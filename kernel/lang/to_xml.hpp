// Values as XML, in the form of builtins.toXML.
#pragma once
#include <string>

#include "kernel/lang/evaluator.hpp"

namespace fleetd::lang {

// Null on success, an error, or Stuck when a part is unknown.
Value writeXml(Evaluator& ev, Value v, std::string* out);

}  // namespace fleetd::lang
