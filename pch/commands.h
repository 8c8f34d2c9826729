#include <boost/program_options.hpp>

#include "pch/measuring.h"
