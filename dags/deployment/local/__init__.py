"""The whole of Airflow on one machine: PostgreSQL and the four components, each a supervised process of its own."""
