"""Notification addresses: where somebody who answers on a page wants to be called; none that was there already does."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENTS = ("confirmed_at", "failed_at", "stopped_at", "code_sent_at")
OF_A_CONTACT = "fk_notification_addresses_contact_id_contacts"
TO_NOTIFY = sa.text("settled_at IS NULL AND address_id IS NOT NULL")
UNCONFIRMED = sa.text("confirmed_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "notification_addresses",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True)) for name in MOMENTS),
        sa.Column("with_files", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("code_key", sa.LargeBinary(length=32)),
        sa.Column("code_tries", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.id"], name=op.f(OF_A_CONTACT), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_addresses")),
        sa.UniqueConstraint(
            "contact_id", "kind", "address_key", name=op.f("uq_notification_addresses_contact_id_kind_address_key")
        ),
        sqlite_autoincrement=True,
    )
    for column in ("contact_id", "address_key"):
        op.create_index(op.f(f"ix_notification_addresses_{column}"), "notification_addresses", [column])
    op.create_index(
        "ix_notification_addresses_unconfirmed",
        "notification_addresses",
        ["created_at"],
        sqlite_where=UNCONFIRMED,
        postgresql_where=UNCONFIRMED,
    )
    with op.batch_alter_table("letters", table_kwargs={"sqlite_autoincrement": True}) as letters:
        letters.add_column(sa.Column("address_id", sa.Integer()))
        name = op.f("fk_letters_address_id_notification_addresses")
        letters.create_foreign_key(name, "notification_addresses", ["address_id"], ["id"], ondelete="SET NULL")
    op.create_index(op.f("ix_letters_address_id"), "letters", ["address_id"])
    op.create_index("ix_letters_to_notify", "letters", ["due_at"], sqlite_where=TO_NOTIFY, postgresql_where=TO_NOTIFY)
