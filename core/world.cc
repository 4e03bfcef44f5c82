#include "core/world.h"

namespace pegel {

World::World() = default;
World::World(const World&) = default;
World::World(World&&) noexcept = default;
World& World::operator=(const World&) = default;
World& World::operator=(World&&) noexcept = default;
World::~World() = default;
bool World::operator==(const World&) const = default;

}  // namespace pegel
