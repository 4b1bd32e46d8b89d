"""What programs use of MLflow's `environment_variables`: one object for each variable."""

from dataclasses import dataclass

from headwater import config


@dataclass(frozen=True)
class EnvironmentVariable:
    """An environment variable of MLflow's; where Headwater has the same setting, it is that one."""

    name: str

    def get(self) -> str | bool | None:
        """Return its value, of a switch whether it is on, None if nothing is said."""
        value = self.get_raw()
        switches = {"true": True, "false": False}
        return switches.get(value.lower(), value) if value else None

    def get_raw(self) -> str | None:
        """Return its text, None if nothing is said."""
        setting = _SETTINGS.get(self.name)
        return (setting.get() if setting else config.environment().get(self.name)) or None

    def is_set(self) -> bool:
        """Return whether something is said."""
        return self.get_raw() is not None

    def set(self, value: object) -> None:
        """Put a value in force for this process and those that it starts."""
        setting = _SETTINGS.get(self.name)
        if setting:
            setting.set(str(value))
        else:
            config.set_environment({self.name: str(value)})

    def __str__(self) -> str:
        return self.name


_SETTINGS = {
    setting.mlflow_name: setting
    for setting in vars(config).values()
    if isinstance(setting, config.Setting) and setting.mlflow_name
}


def __getattr__(name: str) -> EnvironmentVariable:
    """Return a variable by its name."""
    if name.startswith("MLFLOW_"):
        return EnvironmentVariable(name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
