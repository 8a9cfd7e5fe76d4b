"""The objects that Flask's extensions live in, made once and bound by create_app()."""

from flask_appbuilder.models.sqla import Model
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect

# Readable, stable constraint names: Alembic needs them to drop a constraint on SQLite,
# and error messages name them. Set before any table of ours is declared.
Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

# FAB's own base class: one metadata holds its tables and ours, so that Alembic sees all of them.
# Savepoints let a test undo whatever the code under test commits; with an engine they change nothing.
db = SQLAlchemy(
    model_class=Model,
    session_options={"join_transaction_mode": "create_savepoint"},
)
migrate = Migrate(compare_type=True, render_as_batch=True)
csrf = CSRFProtect()
