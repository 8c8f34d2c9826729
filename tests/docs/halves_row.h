#pragma once

#include "engine/schedulers/scheduler.h"

// The declaration that the page adds to scheduler.h.
namespace winnow::engine {
#include "halves_declaration.h"
}
