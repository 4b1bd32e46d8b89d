"""Which attributes of runs can be searched and ordered by."""

from headwater.protocol.entity import Entity


class RunAttributes(Entity):
    """A struct of a run's attributes that says what can be done with them."""

    __slots__ = ()

    @classmethod
    def get_searchable_attributes(cls) -> list[str]:
        """Return the attributes that a filter of `search_runs` may name.

        Example:
            >>> from headwater.entities import RunInfo
            >>> RunInfo.get_searchable_attributes()
            ['artifact_uri', 'end_time', 'run_id', 'run_name', 'start_time', 'status', 'user_id']
        """
        return sorted(set(cls.__struct_fields__) - {"experiment_id", "lifecycle_stage", "run_uuid"})

    @classmethod
    def get_orderable_attributes(cls) -> list[str]:
        """Return the attributes that `order_by` of `search_runs` may name: those that a filter may."""
        return cls.get_searchable_attributes()
